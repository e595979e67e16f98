import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../policies/graph.ts';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { describeNode } from '../../ui/canvas/describe.ts';
import { overlayOf, trafficOf } from '../../ui/screens/policies/traffic.ts';

const NO_NAMES = new Map<string, string>();
const shipped = await shippedPolicies();

interface Walk {
  readonly turns: readonly number[];
  readonly failed: boolean;
  readonly cost: number;
}

/** Goes through the graph as a request does, and says by which ports it left the nodes. */
function walk(graph: Graph, { turns }: Walk): { node: string; port: string }[] {
  const steps: { node: string; port: string }[] = [];
  let at = graph.nodes.find(({ kind }) => kind === 'request');
  for (const turn of turns) {
    const ports = at ? describeNode(at, graph.edges, NO_NAMES).ports : [];
    const port = ports[turn % (ports.length + 1)];
    // Every request leaves the first node.
    const left = port ?? (steps.length === 0 ? ports[0] : undefined);
    if (!at || !left) break;
    const { id } = at;
    steps.push({ node: id, port: left.name });
    const to = graph.edges.find((edge) => edge.from === id && edge.port === left.name)?.to;
    at = graph.nodes.find((node) => node.id === to);
  }
  return steps;
}

const walks = fc.array(
  fc.record({
    turns: fc.array(fc.nat(6), { minLength: 1, maxLength: 12 }),
    failed: fc.boolean(),
    cost: fc.nat(1_000_000),
  }),
  { maxLength: 30 },
);

const counted = (graph: Graph, all: readonly Walk[]) =>
  all.flatMap((one) =>
    walk(graph, one).map((step) => ({
      ...step,
      hour: 0,
      requests: 1,
      errors: one.failed ? 1 : 0,
      cost: one.cost,
    })),
  );

describe('traffic of a drawing', () => {
  it('lets every request that entered end at exactly one node, with its cost', () => {
    fc.assert(
      fc.property(fc.constantFrom(...shipped), walks, ({ graph }, all) => {
        const { total, nodes } = trafficOf(graph, counted(graph, all), NO_NAMES);
        expect(total).toBe(all.length);
        const ended = (what: 'requests' | 'errors' | 'cost') => nodes.reduce((sum, node) => sum + node.ended[what], 0);
        expect(ended('requests')).toBe(all.length);
        expect(ended('cost')).toBe(all.reduce((sum, { cost }) => sum + cost, 0));
        expect(ended('errors')).toBe(all.filter(({ failed }) => failed).length);
        for (const node of nodes) {
          const left = node.ports.reduce((sum, { requests }) => sum + requests, 0);
          expect(node.stayed.requests + left).toBe(node.came);
          expect(node.ended.requests).toBeGreaterThanOrEqual(node.stayed.requests);
        }
      }),
    );
  });

  it('says of every edge how often it was taken, also that it never was, and nothing while nobody came', () => {
    const { graph } = shipped.find(({ name }) => name === 'starter') ?? expect.fail('the starter policy is shipped');
    expect(overlayOf(trafficOf(graph, [], NO_NAMES))).toEqual({});
    const way = ['enter.next', 'protect.clean', 'month.within', 'sort.simple'];
    const counts = way.map((step) => {
      const [node = '', port = ''] = step.split('.');
      return { node, port, hour: 0, requests: 3, errors: 1, cost: 20_000_000 };
    });
    const { overlay } = overlayOf(trafficOf(graph, counts, NO_NAMES));
    expect(overlay?.edges.get('sort simple')).toEqual({ text: '3 · 100 %', weight: 1 });
    expect(overlay?.edges.get('sort complex')).toEqual({ text: 'never', weight: 0 });
    expect(overlay?.nodes.get('enter')).toBe('3 requests');
    expect(overlay?.nodes.get('cheap')).toBe('3 ended here · $0.02 · 1 failed');
    expect(overlay?.nodes.has('strong')).toBe(false);
    for (const { from, port } of graph.edges) expect(overlay?.edges.has(`${from} ${port}`)).toBe(true);
  });
});
