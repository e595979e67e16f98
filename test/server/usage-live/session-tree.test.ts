import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionRequest } from '../../../server/records/sessions.ts';
import { sessionTree } from '../../../server/usage-live/session-tree.ts';

const AT = Date.UTC(2026, 4, 4, 9);

function request(id: string, tags: Record<string, string>, fields: Partial<SessionRequest> = {}): SessionRequest {
  return {
    id,
    at: AT + Number(id.replace(/\D/g, '')) * 1000,
    durationMs: 500,
    status: 'ok',
    errorCode: null,
    model: 'test/small',
    policy: null,
    version: null,
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, { value, source: 'caller' as const }])),
    inputTokens: 10,
    outputTokens: 2,
    cost: 100,
    ...fields,
  };
}

/** The tree as an indented list of names, or ids where there are none. */
const drawn = (requests: readonly SessionRequest[]): string[] =>
  sessionTree(requests).branches.map(
    ({ depth, kind, name, id }) => `${'  '.repeat(depth)}${kind === 'request' ? id : `${kind} ${name}`}`,
  );

describe('a run of agents', () => {
  it('has requests under those that their tags name, by id or by the newest step of that name before', () => {
    const run = [
      request('r1', { step: 'plan' }),
      request('r2', { parent: 'r1' }),
      request('r3', { parent: 'plan', step: 'search' }),
      request('r4', { parent: 'search' }),
      request('r5', { step: 'plan' }),
      request('r6', { parent: 'plan' }),
    ];
    expect(drawn(run)).toEqual(['r1', '  r2', '  r3', '    r4', 'r5', '  r6']);
  });

  it('has a branch for a step that is no request, and for each agent whose requests name no parent', () => {
    const run = [
      request('r1', { agent: 'writer' }),
      request('r2', { agent: 'reader' }),
      request('r3', { parent: 'review', agent: 'reader' }),
      request('r4', { agent: 'writer' }),
      request('r5', {}),
    ];
    expect(drawn(run)).toEqual(['agent writer', '  r1', '  r4', 'agent reader', '  r2', 'step review', '  r3', 'r5']);
  });

  it('never puts a request under itself or under what came later', () => {
    const run = [
      request('r1', { parent: 'r2' }),
      request('r2', { parent: 'r1', step: 'loop' }),
      request('r3', { parent: 'r3' }),
    ];
    expect(drawn(run)).toEqual(['step r2', '  r1', '    r2', 'step r3', '  r3']);
  });

  it('sums cost, tokens, errors and time over all that is under a branch', () => {
    const run = [
      request('r1', { step: 'plan' }, { durationMs: 10_000 }),
      request('r2', { parent: 'plan' }, { status: 'failed', cost: 0, outputTokens: 0 }),
      request('r3', { parent: 'r2' }, { cost: 900.5 }),
      request('r9', {}, { cost: 7 }),
    ];
    const { total, branches } = sessionTree(run);
    expect(total).toEqual({
      requests: 4,
      errors: 1,
      inputTokens: 40,
      outputTokens: 6,
      cost: 1007.5,
      from: AT + 1000,
      to: AT + 11_000,
    });
    expect(branches[1]).toMatchObject({
      id: 'r2',
      parent: 'r1',
      depth: 1,
      kind: 'request',
      name: 'test/small',
      total: { requests: 2, errors: 1, cost: 900.5, from: AT + 2000, to: AT + 3500 },
    });
    expect(sessionTree([]).total).toMatchObject({ requests: 0, from: 0, to: 0 });
  });

  it('has each request once, after its parent, whatever the tags say, also two thousand deep', () => {
    const name = fc.constantFrom('r0', 'r1', 'r5', 'r9', 'plan', 'search', '__proto__');
    const tags = fc.record({ parent: name, step: name, agent: name }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 12 }), (all) => {
        const run = all.map((one, i) => request(`r${i}`, one as Record<string, string>));
        const { total, branches } = sessionTree(run);
        const ids = branches.filter(({ request: one }) => one !== null).map(({ id }) => id);
        expect([...ids].sort()).toEqual(run.map(({ id }) => id).sort());
        const seen = new Map<string, number>();
        for (const { id, parent, depth } of branches) {
          expect(depth).toBe(parent === null ? 0 : (seen.get(parent) ?? Number.NaN) + 1);
          seen.set(id, depth);
        }
        const roots = branches.filter(({ parent }) => parent === null);
        expect(roots.reduce((sum, root) => sum + root.total.cost, 0)).toBe(total.cost);
      }),
    );
    const chain = Array.from({ length: 2000 }, (_, i) => request(`r${i}`, i === 0 ? {} : { parent: `r${i - 1}` }));
    expect(sessionTree(chain).branches.at(-1)).toMatchObject({ depth: 1999, total: { requests: 1 } });
  });
});
