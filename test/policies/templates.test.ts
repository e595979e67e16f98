import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkGraph } from '../../policies/check.ts';
import { compileGraph, findKind } from '../../policies/compile.ts';
import { sayPath } from '../../policies/evaluate.ts';
import { kinds } from '../../policies/kinds/index.ts';
import { type Simulation, simulate } from '../../policies/simulate.ts';
import { type Sample, shippedPolicySchema, type Template } from '../../policies/template.ts';
import { worldWith } from './house.ts';

const FOLDER = new URL('../../policies/templates/', import.meta.url);
const files = readdirSync(FOLDER).sort();
const templates = files.map((file) =>
  shippedPolicySchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))),
);
const NOON = Date.UTC(2026, 2, 2, 12);

const worldOf = (template: Template) =>
  worldWith(template.budgets.map(({ key, ...budget }) => ({ ...budget, id: key, revision: 1 })));

function run(template: Template, sample: Sample): Promise<Simulation> {
  const tags = new Map(
    Object.entries(sample.tags).map(([name, value]) => [name, { value, source: 'caller' as const }]),
  );
  const now = sample.at === undefined ? NOON : Date.parse(sample.at);
  const graph = compileGraph(template.graph);
  return simulate(graph, { body: sample.request, tags, now }, sample.outside, worldOf(template));
}

/** The status that an app gets where no model answers, as the gateway gives it. */
function statusOf({ decision: { outcome, trace } }: Simulation): number {
  if (outcome.type === 'model' || outcome.type === 'answer' || outcome.type === 'project') return 200;
  const behindBudget = trace.slice(-2).some((step) => step.kind === 'budget' && step.port === 'exhausted');
  if (behindBudget) return 429;
  return outcome.type === 'block' ? outcome.status : 502;
}

interface Box {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
const NODE = { width: 240, height: 100 };

function boxesOf({ graph, layout }: Template): Box[] {
  const nodes = graph.nodes.map(({ id }) => ({ name: id, at: layout.positions[id] ?? { x: 0, y: 0 }, ...NODE }));
  const stickies = layout.stickies.map(({ id, ...rest }) => ({ name: `sticky ${id}`, ...rest }));
  return [...nodes, ...stickies].map(({ name, at, width, height }) => {
    return { name, left: at.x, top: at.y, right: at.x + width, bottom: at.y + height };
  });
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

describe('the shipped policies', () => {
  it('are named by their files', () => {
    expect(templates.map(({ name }) => `${name}.json`)).toEqual(files);
  });

  it('show every kind of node between them, but for those whose numbers are each house’s own', () => {
    const used = new Set([
      ...templates.flatMap(({ graph }) => graph.nodes.map((node) => node.kind)),
      ...['throttle', 'alert', 'cache', 'split', 'shadow', 'policy'],
    ]);
    expect([...used].sort()).toEqual(Object.keys(kinds).sort());
  });

  it('share no budget by accident', () => {
    const keys = templates.flatMap((template) => template.budgets.map((budget) => budget.key));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe.each(templates.map((template) => [template.name, template] as const))(
  'the shipped policy %s',
  (_name, template) => {
    it('can be published as it is', () => {
      const problems = checkGraph(template.graph, worldOf(template));
      expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
    });

    it.each(template.samples.map((sample) => [sample.name, sample] as const))(
      'does as its sample says: %s',
      async (_sample, sample) => {
        const simulation = await run(template, sample);
        const { outcome, trace } = simulation.decision;
        const model = outcome.type === 'model' ? outcome.model : null;
        expect({
          path: sayPath(trace),
          model,
          status: statusOf(simulation),
          redactions: simulation.redactions,
        }).toEqual({
          path: sample.expect.path,
          model: sample.expect.model,
          status: sample.expect.status,
          redactions: sample.expect.redactions,
        });
        expect(simulation.costAtMost ?? 0).toBeGreaterThanOrEqual(sample.expect.cost);
        if (model === null || model === 'sandbox/local') expect(sample.expect.cost).toBe(0);
        else expect(sample.expect.cost).toBeGreaterThan(0);
      },
    );

    it('has samples that take every port of every node, and end wherever a way ends', async () => {
      const taken = new Set<string>();
      for (const sample of template.samples) {
        for (const { node, port } of (await run(template, sample)).decision.trace)
          taken.add(`${node}.${port ?? 'end'}`);
      }
      for (const node of template.graph.nodes) {
        const bound = findKind(node.kind)?.bind(node.settings);
        const ports = bound?.ok ? bound.node.ports.map((port) => port.name) : [];
        for (const port of ports) expect([...taken], port).toContain(`${node.id}.${port}`);
        if (['model', 'fallback', 'block', 'answer'].includes(node.kind))
          expect([...taken]).toContain(`${node.id}.end`);
      }
    });

    it('has budgets that its nodes use, and samples that speak of no other', () => {
      const keys = template.budgets.map((budget) => budget.key);
      const used = template.graph.nodes.flatMap(({ settings }) => ('budget' in settings ? [settings.budget] : []));
      expect([...new Set(used)].sort()).toEqual([...keys].sort());
      for (const sample of template.samples) {
        for (const key of Object.keys(sample.outside.budgets)) expect(keys).toContain(key);
      }
    });

    it('is drawn from left to right, with nothing over anything else', () => {
      const { positions } = template.layout;
      expect(Object.keys(positions).sort()).toEqual(template.graph.nodes.map((node) => node.id).sort());
      for (const { from, to } of template.graph.edges) {
        expect(positions[from]!.x + NODE.width, `${from} to ${to}`).toBeLessThan(positions[to]!.x);
      }
      const boxes = boxesOf(template);
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) expect(overlap(a, b), `${a.name} over ${b.name}`).toBe(false);
      }
    });

    it('speaks to people', () => {
      expect(template.title.length).toBeGreaterThan(3);
      expect(template.description.length).toBeGreaterThan(80);
      expect(new Set(template.graph.nodes.map((node) => node.title)).size).toBe(template.graph.nodes.length);
      expect(new Set(template.samples.map((sample) => sample.name)).size).toBe(template.samples.length);
    });
  },
);
