/** Approvals, whatever people do in which order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approve, ask, changeRule, drawn, house, ONE, openTeam, publish, REASON, save, team } from './approval-team.ts';
import type { Answer } from './house.ts';

type Step =
  | { readonly does: 'edit'; readonly title: string }
  | { readonly does: 'move' | 'ask' | 'withdraw' }
  | { readonly does: 'approve'; readonly who: 'one' | 'two' | 'admin' }
  | { readonly does: 'rule'; readonly approvals: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ does: fc.constant('edit' as const), title: fc.constantFrom('Red', 'Blue') }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('move' as const, 'ask' as const, 'ask' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('withdraw' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('approve' as const),
      who: fc.constantFrom('one' as const, 'two' as const, 'admin' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('rule' as const), approvals: fc.integer({ min: 1, max: 3 }) }),
  },
);

describe('approvals, whatever happens in which order', () => {
  openTeam('sqlite');

  it('let a draft be published exactly when enough people have approved it as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        const policy = await drawn(house, team.author, ONE);
        let [needed, title, moved] = [1, 'Answers', 0];
        let open: { id: string; digest: string; title: string; by: Set<string> } | null = null;
        for (const one of steps) {
          if (one.does === 'edit') {
            await save(house, team.author, policy, one.title);
            title = one.title;
            if (open && open.title !== title) open = null;
          } else if (one.does === 'move') {
            const layout = { positions: { enter: { x: ++moved, y: 0 } }, stickies: [] };
            await save(house, team.author, policy, title, { layout });
          } else if (one.does === 'ask') {
            const answer: Answer = await ask(house, team.author, policy);
            expect(answer.status).toBe(open ? 409 : 201);
            open ??= { id: answer.body.id, digest: answer.body.digest, title, by: new Set() };
          } else if (one.does === 'withdraw') {
            if (!open) continue;
            await team.author.send('POST', `/approvals/${open.id}/withdraw`, { reason: REASON });
            open = null;
          } else if (one.does === 'approve') {
            if (!open) continue;
            const { status } = await approve(team[one.who], open);
            expect(status).toBe(open.by.has(one.who) ? 409 : 200);
            open.by.add(one.who);
          } else if (one.does === 'rule') {
            await changeRule(house, policy, { ...ONE, approvals: one.approvals });
            needed = one.approvals;
          }
        }
        const isEnough = (open?.by.size ?? 0) >= needed;
        expect((await publish(house, team.author, policy)).status).toBe(isEnough ? 201 : 409);
      }),
      { numRuns: 25 },
    );
  });
});
