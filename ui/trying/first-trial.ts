/** What is to be tried when nothing was chosen yet, and what a choice begins with. */
import type { ChatBody } from '../../policies/chat.ts';
import type { PolicyTest } from '../../policies/policy-test.ts';
import type { Policy } from '../api/policy.ts';
import type { House } from '../editing/house.ts';
import { modelToAskFor, READY_TRIALS, type ReadyTrial } from './ready-trials.ts';
import { type Trial, trialOf, trialOfTest } from './trial.ts';

/** A ready request, asking for the dearest model, with the first key that needs nothing else and may use the policy. */
export function trialOfReady({ id, name, body }: ReadyTrial, { answer, models }: House, policy: string): Trial {
  const key = answer.keys.find(
    ({ requiredTags, policies }) => requiredTags.length === 0 && (policies === null || policies.includes(policy)),
  );
  const asking: ChatBody = { ...body, messages: [...body.messages], model: modelToAskFor(models) };
  return trialOf(asking, {}, { source: `ready ${id}`, name, key: key?.id ?? null });
}

const EMPTY: ReadyTrial = {
  id: 'empty',
  name: 'A request of your own',
  body: { messages: [{ role: 'user', content: '' }] },
};

/** An empty request, to be written. */
export const emptyTrial = (house: House, policy: string): Trial => trialOfReady(EMPTY, house, policy);

/** The first of the policy's tests, else the first ready request. */
export function firstTrial(
  policy: Pick<Policy, 'id'>,
  tests: readonly PolicyTest[],
  budgets: readonly string[],
  house: House,
): Trial {
  const [test] = tests;
  return test ? trialOfTest(test, budgets) : trialOfReady(READY_TRIALS[0] ?? EMPTY, house, policy.id);
}
