/** The ports of a node while it is edited: also of one whose settings are not complete yet. */
import { findKind } from '../compile.ts';
import type { GraphNode } from '../graph.ts';
import type { Kind, Port } from '../kinds/kind.ts';

const LONGEST_PORT = 64;

type Settings = Readonly<Record<string, unknown>>;

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings of a node of that kind that was just put on the canvas. */
export function initialSettings(kind: Kind): Record<string, unknown> {
  return isSettings(kind.initial) ? { ...kind.initial } : {};
}

/** A port that stands in the settings themselves, such as a case of a match node. */
export interface NamedPort {
  readonly field: string;
  readonly index: number;
  readonly port: string;
  readonly label: string;
}

/** The ports that settings name one by one in a list, read also where the rest of the list is wrong. */
export function namedPorts(settings: Settings): NamedPort[] {
  return Object.entries(settings).flatMap(([field, list]) =>
    (Array.isArray(list) ? list : []).flatMap((item: unknown, index): NamedPort[] => {
      if (!isSettings(item) || typeof item.port !== 'string') return [];
      if (item.port === '' || item.port.length > LONGEST_PORT) return [];
      return [{ field, index, port: item.port, label: typeof item.label === 'string' ? item.label : '' }];
    }),
  );
}

/** The ports of a node in their order; null where nobody can tell, as for a kind that is not known. */
export function portsOf(node: GraphNode): readonly Port[] | null {
  const kind = findKind(node.kind);
  if (!kind) return null;
  const bound = kind.bind(node.settings);
  return bound.ok ? bound.node.ports : portsOfUnfinished(kind, node.settings);
}

/**
 * What a person is typing does not fit for a while. Until it does, the node keeps the ports that its settings name, and
 * those that it has with its kind's initial settings in place of what is wrong.
 */
function portsOfUnfinished(kind: Kind, settings: Settings): Port[] | null {
  const initial = initialSettings(kind);
  const inInitial = namedPorts(initial);
  const filled = Object.fromEntries(Object.entries(initial).map(([name, one]) => [name, one === '' ? '?' : one]));
  const lists = Object.fromEntries(inInitial.map(({ field }) => [field, initial[field]]));
  const first = kind.bind({ ...settings, ...lists });
  const wrong = new Set(first.ok ? [] : first.error.issues.map((issue) => String(issue.path[0])));
  const right = Object.entries(settings).filter(([name]) => Object.hasOwn(initial, name) && !wrong.has(name));
  const tries = [{ ...settings, ...lists }, { ...filled, ...Object.fromEntries(right), ...lists }, filled];
  for (const one of tries) {
    const bound = kind.bind(one);
    if (!bound.ok) continue;
    const always = bound.node.ports.filter(({ name }) => !inInitial.some(({ port }) => port === name));
    const named = new Map<string, Port>();
    for (const { field, port, label } of namedPorts(settings)) {
      if (!Object.hasOwn(lists, field) || always.some(({ name }) => name === port) || named.has(port)) continue;
      named.set(port, { name: port, label: label || port });
    }
    return [...named.values(), ...always];
  }
  return null;
}
