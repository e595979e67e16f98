/** What went through a drawing: counts of ports put on its edges and nodes. */
import type { Graph } from '../../../policies/graph.ts';
import { dollars } from '../../../policies/price.ts';
import type { EdgeCount } from '../../api/traffic.ts';
import { plural, sayBriefly, sayCount, sayShare } from '../../app/words.ts';
import { describeNode, readingOrder } from '../../canvas/describe.ts';
import type { Extras } from '../../canvas/elements.ts';

/** Requests, how many of them were not answered in the end, and nano-dollars. */
interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly cost: number;
}

/** What left a node by one of its ports. */
interface PortTraffic extends Counts {
  readonly port: string;
  readonly label: string;
  /** Title of the node that it leads to; null where it leads nowhere. */
  readonly to: string | null;
  /** Of all requests, from 0 to 1. */
  readonly share: number;
}

export interface NodeTraffic {
  readonly id: string;
  readonly title: string;
  readonly isStart: boolean;
  /** Requests that came here. */
  readonly came: number;
  /** Those that went no further: what they cost, and how many of them failed. */
  readonly ended: Counts;
  /** Those of them that left by none of its ports. */
  readonly stayed: Counts;
  readonly ports: readonly PortTraffic[];
}

export interface Traffic {
  /** Requests that entered. */
  readonly total: number;
  /** In the order in which requests meet them. */
  readonly nodes: readonly NodeTraffic[];
}

const NOTHING: Counts = { requests: 0, errors: 0, cost: 0 };

const plus = (a: Counts, b: Counts): Counts => ({
  requests: a.requests + b.requests,
  errors: a.errors + b.errors,
  cost: a.cost + b.cost,
});

const minus = (a: Counts, b: Counts): Counts => plus(a, { requests: -b.requests, errors: -b.errors, cost: -b.cost });

/** Sums counts by port (of any hours) over the drawing; `budgets` has names by id. */
export function trafficOf(graph: Graph, counts: readonly EdgeCount[], budgets: ReadonlyMap<string, string>): Traffic {
  const byPort = new Map<string, Counts>();
  for (const count of counts) {
    const key = `${count.node} ${count.port}`;
    byPort.set(key, plus(byPort.get(key) ?? NOTHING, count));
  }
  const words = new Map(graph.nodes.map((node) => [node.id, describeNode(node, graph.edges, budgets)]));
  const targets = new Map(graph.edges.map(({ from, port, to }) => [`${from} ${port}`, to]));
  const came = new Map<string, Counts>();
  for (const [key, to] of targets) came.set(to, plus(came.get(to) ?? NOTHING, byPort.get(key) ?? NOTHING));
  const start = graph.nodes.find(({ kind }) => kind === 'request');
  for (const { name } of words.get(start?.id ?? '')?.ports ?? []) {
    const id = start?.id ?? '';
    came.set(id, plus(came.get(id) ?? NOTHING, byPort.get(`${id} ${name}`) ?? NOTHING));
  }
  const total = came.get(start?.id ?? '')?.requests ?? 0;
  const nodes = readingOrder(graph).map(({ id }): NodeTraffic => {
    const all = came.get(id) ?? NOTHING;
    let ended = all;
    let stayed = all;
    const ports = (words.get(id)?.ports ?? []).map(({ name, label }): PortTraffic => {
      const count = byPort.get(`${id} ${name}`) ?? NOTHING;
      const to = targets.get(`${id} ${name}`);
      stayed = minus(stayed, count);
      if (to !== undefined) ended = minus(ended, count);
      const share = total === 0 ? 0 : count.requests / total;
      return { ...count, port: name, label, to: to === undefined ? null : (words.get(to)?.title ?? to), share };
    });
    return {
      id,
      title: words.get(id)?.title ?? id,
      isStart: id === start?.id,
      came: all.requests,
      ended,
      stayed,
      ports,
    };
  });
  return { total, nodes };
}

/** What stands on the drawing; nothing while no request went through it. */
export function overlayOf({ total, nodes }: Traffic): Extras {
  if (total === 0) return {};
  return {
    overlay: {
      edges: new Map(
        nodes.flatMap(({ id, ports }) =>
          ports.map(({ port, requests, share }) => [
            `${id} ${port}`,
            { text: requests === 0 ? 'never' : `${sayBriefly(requests)} · ${sayShare(share)}`, weight: share },
          ]),
        ),
      ),
      nodes: new Map(nodes.flatMap((node) => (sayNode(node) === '' ? [] : [[node.id, sayNode(node)]]))),
    },
  };
}

function sayNode({ isStart, came, ended }: NodeTraffic): string {
  if (isStart) return plural(came, 'request');
  if (ended.requests === 0) return '';
  return [
    `${sayCount(ended.requests)} ended here`,
    dollars(ended.cost),
    ...(ended.errors > 0 ? [`${sayCount(ended.errors)} failed`] : []),
  ].join(' · ');
}
