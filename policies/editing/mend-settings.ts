/** Acts that mend settings: values that do not fit, mistyped facts, models that are not there, cases in the wrong order. */
import type { Problem } from '../check.ts';
import { findKind } from '../compile.ts';
import { type Condition, implies } from '../condition.ts';
import { findFact } from '../facts.ts';
import type { Drawing, GraphNode } from '../graph.ts';
import type { ConditionUse, Kind } from '../kinds/kind.ts';
import type { Model, Tier } from '../model.ts';
import { nearest } from '../nearest.ts';
import type { Act, MendContext } from './mend.ts';
import { initialSettings } from './ports.ts';
import { setSettings } from './settings.ts';

type Settings = Record<string, unknown>;

/** Changes the settings of a node as they are when the act is done. */
function act(label: string, id: string, change: (settings: Settings) => Settings): Act {
  return {
    label,
    apply: (drawing) => {
      const node = drawing.graph.nodes.find((one) => one.id === id);
      return node ? setSettings(drawing, id, change(node.settings)).drawing : drawing;
    },
  };
}

function find({ graph }: Drawing, id: string | null): { node: GraphNode; kind: Kind } | null {
  const node = graph.nodes.find((one) => one.id === id);
  const kind = node && findKind(node.kind);
  return node && kind ? { node, kind } : null;
}

/** Deletes settings that do not exist, or gives one that does not fit the value that it has at first. */
export function* mendSettings({ node: id, field }: Problem, drawing: Drawing): Iterable<Act> {
  const found = find(drawing, id);
  if (!found) return;
  const { node, kind } = found;
  const bound = kind.bind(node.settings);
  const strange = (bound.ok ? [] : bound.error.issues).flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  );
  const initial = initialSettings(kind);
  const without = (settings: Settings): Settings =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => !strange.includes(name)));
  if (field === '' && strange.length > 0) {
    const names = strange.map((name) => `“${name}”`).join(', ');
    yield act(strange.length === 1 ? `Delete the setting ${names}` : `Delete the settings ${names}`, node.id, without);
  }
  // What stands deeper in a setting is one of many things that a person has put there: these are not thrown away.
  if (field === null || field.includes('.')) return;
  if (Object.hasOwn(initial, field)) {
    yield act('Set it to what it is at first', node.id, (settings) => ({ ...settings, [field]: initial[field] }));
  } else if (field !== '') {
    yield act('Leave it out', node.id, (settings) =>
      Object.fromEntries(Object.entries(settings).filter(([name]) => name !== field)),
    );
  }
  yield act('Set this node to what it is at first', node.id, () => initial);
}

/** Replaces facts that do not exist by those that are written nearly so. */
export function* mendCondition({ node: id, field }: Problem, drawing: Drawing): Iterable<Act> {
  const use = conditionsOf(drawing, id).find((one) => one.field === field);
  if (id === null || !use) return;
  const meant = new Set<string>();
  const mended = mapFacts(use.condition, (name) => {
    const close = findFact(name) ? null : nearest(name);
    if (close) meant.add(close);
    return close ?? name;
  });
  if (meant.size === 0) return;
  const names = [...meant].map((name) => `“${findFact(name)?.label ?? name}”`).join(' and ');
  yield act(`Ask for ${names}`, id, (settings) => changed(settings, use.field.split('.'), mended));
}

/** Moves a case before the one that leaves nothing to it, puts all narrower cases first, or deletes it. */
export function* mendShadowedCase({ node: id, field }: Problem, drawing: Drawing): Iterable<Act> {
  const uses = conditionsOf(drawing, id);
  const later = uses.findIndex((use) => use.field === field);
  const [list = '', index, ...rest] = field?.split('.') ?? [];
  const use = uses[later];
  const earlier = uses.findIndex((one) => use && implies(use.condition, one.condition));
  const other = uses[earlier];
  if (id === null || !use || !other || earlier >= later || index !== String(later) || rest.length !== 1) return;
  const reorder = (label: string, order: readonly number[]): Act =>
    act(label, id, (settings) => {
      const items: unknown = settings[list];
      return Array.isArray(items) && items.length === uses.length
        ? { ...settings, [list]: order.map((i): unknown => items[i]) }
        : settings;
    });
  const all = uses.map((_, i) => i);
  const others = all.filter((i) => i !== later);
  yield reorder(`Move “${use.port}” before “${other.port}”`, others.toSpliced(earlier, 0, later));
  yield reorder('Put the narrower cases first', narrowerFirst(uses));
  yield reorder(`Delete the case “${use.port}”`, others);
}

/** The order in which no condition stands behind a wider one; those that say the same stay as they are. */
function narrowerFirst(uses: readonly ConditionUse[]): number[] {
  const order: number[] = [];
  uses.forEach((use, i) => {
    const wider = order.findIndex((one) => {
      const { condition } = uses[one] ?? use;
      return implies(use.condition, condition) && !implies(condition, use.condition);
    });
    order.splice(wider === -1 ? order.length : wider, 0, i);
  });
  return order;
}

/** Chooses another model for one that is not there: of the same name elsewhere, else the cheapest of its size, else of all. */
export function* mendModel({ node: id }: Problem, drawing: Drawing, context: MendContext): Iterable<Act> {
  const found = find(drawing, id);
  const bound = found?.kind.bind(found.node.settings);
  const unknown = (bound?.ok ? (bound.node.models ?? []) : []).filter(
    (name) => name !== 'asked' && !context.models(name),
  );
  const [first] = unknown;
  if (!found || first === undefined) return;
  for (const model of likest(first, context.offered)) {
    const replace = (name: unknown): unknown => (unknown.some((one) => one === name) ? model.id : name);
    yield act(`Use ${model.label || model.id}`, found.node.id, (settings) => ({
      ...settings,
      ...('model' in settings ? { model: replace(settings.model) } : {}),
      ...(Array.isArray(settings.others)
        ? { others: settings.others.map((one) => ({ ...one, model: replace(one?.model) })) }
        : {}),
      ...(Array.isArray(settings.models) ? { models: [...new Set(settings.models.map(replace))] } : {}),
    }));
  }
}

function likest(name: string, offered: readonly Model[]): Model[] {
  const bare = name.slice(name.indexOf('/') + 1);
  const tier = tierIn(bare);
  const cost = ({ price }: Model): number => (price ? price[0].input + price[0].output : Number.POSITIVE_INFINITY);
  const cheapest = [...offered].sort((a, b) => (cost(a) === cost(b) ? (a.id < b.id ? -1 : 1) : cost(a) - cost(b)));
  return [
    ...new Set(
      [
        offered.find((model) => model.name === bare),
        cheapest.find((model) => model.tier === tier),
        cheapest[0],
      ].flatMap((model) => model ?? []),
    ),
  ];
}

/** The size that the name of a model speaks of. */
function tierIn(name: string): Tier {
  if (/(^|[^a-z])(small|mini|nano|tiny|haiku|flash|lite|fast)([^a-z]|$)/i.test(name)) return 'small';
  return /(^|[^a-z])(large|opus|pro|ultra|max)([^a-z]|$)/i.test(name) ? 'large' : 'standard';
}

function conditionsOf(drawing: Drawing, id: string | null): readonly ConditionUse[] {
  const found = find(drawing, id);
  const bound = found?.kind.bind(found.node.settings);
  return bound?.ok ? (bound.node.conditions ?? []) : [];
}

function mapFacts(condition: Condition, change: (name: string) => string): Condition {
  if ('fact' in condition) return { ...condition, fact: change(condition.fact) };
  if ('not' in condition) return { not: mapFacts(condition.not, change) };
  return 'all' in condition
    ? { all: condition.all.map((part) => mapFacts(part, change)) }
    : { any: condition.any.map((part) => mapFacts(part, change)) };
}

/** Settings with another value at a place. */
function changed(settings: Settings, path: readonly string[], value: unknown): Settings {
  const [name = '', ...rest] = path;
  return { ...settings, [name]: rest.length === 0 ? value : changedIn(settings[name], rest, value) };
}

function changedIn(inside: unknown, path: readonly string[], value: unknown): unknown {
  const [name = '', ...rest] = path;
  if (Array.isArray(inside)) {
    return inside.map((item: unknown, i) =>
      String(i) !== name ? item : rest.length === 0 ? value : changedIn(item, rest, value),
    );
  }
  if (typeof inside !== 'object' || inside === null) return inside;
  return changed({ ...inside }, path, value);
}
