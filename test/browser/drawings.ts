/** Policies that are drawn in a house: what the tests of the editor and of what stands around it share. */
import type { Locator } from 'playwright-core';
import { beforeEach, expect } from 'vitest';
import type { Graph, Layout } from '../../policies/graph.ts';
import { shippedPolicies } from '../../server/control/shipped.ts';
import { gateway, open, openHouse, page } from './house.ts';

const shipped = await shippedPolicies();
const starter = shipped.find(({ name }) => name === 'starter') ?? expect.fail('the starter policy is shipped');

/** The settings of a node of this kind as the starter policy has them. */
export const settingsOf = (kind: string) => starter.graph.nodes.find((node) => node.kind === kind)?.settings ?? {};
export const modelNode = (model: string) => ['model', { ...settingsOf('model'), model }] as const;

export interface Draft {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly tests: readonly unknown[];
  readonly revision: number;
}

export const draftOf = (policy: string): Promise<Draft> => gateway.api<Draft>('GET', `/policies/${policy}/draft`);

interface Change {
  readonly graph?: unknown;
  readonly layout?: Layout;
  readonly tests?: unknown;
}

/** Saves another graph, layout or tests, as somebody else would; gives the draft's new revision. */
export async function save(policy: string, change: Change): Promise<number> {
  const { graph, layout, tests, revision } = await draftOf(policy);
  const body = { graph, layout, tests, revision, ...change };
  return (await gateway.api<Draft>('PUT', `/policies/${policy}/draft`, body)).revision;
}

/** Publishes the draft as it is. */
export async function publishDraft(policy: string, reason: string): Promise<void> {
  const { revision } = await draftOf(policy);
  await gateway.api('POST', `/policies/${policy}/publish`, { revision, reason });
}

let made = 0;

/** Makes a policy of that graph; gives its id, and the name and title that it got. */
export async function makePolicy(graph: unknown): Promise<{ policy: string; name: string; title: string }> {
  const [name, title] = [`drawn-${++made}`, `Drawn ${made}`];
  const { policy } = await gateway.api<{ policy: { id: string } }>('POST', '/policies', { name, title, graph });
  return { policy: policy.id, name, title };
}

/** Asks as an app does; gives the policy and version that decided. */
export async function askPolicy(name: string, question: string): Promise<string | null> {
  const answer = await gateway.chat({ model: `policy/${name}`, messages: [{ role: 'user', content: question }] });
  await answer.text();
  return answer.headers.get('x-signalbox-policy');
}

/** Opens the house for a suite about drawings, which want a large screen. */
export function openDrawings(): void {
  openHouse();
  beforeEach(() => page.setViewportSize({ width: 1440, height: 900 }));
}

export const node = (id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);

/** Opens the editor on a policy. */
export async function edit(policy: string): Promise<void> {
  await open(`/policies/${policy}/edit`);
  await page.locator('.react-flow__node').first().waitFor();
}
