import { describe, expect, it } from 'vitest';
import { boundFor } from '../../../policies/model-fit.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import { Run } from '../../../policies/run.ts';
import { Overruns } from '../../../server/money/overruns.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import { viewOf } from '../../policies/view.ts';

const [model] = SANDBOX_MODELS;
if (!model) throw new Error('The sandbox has no models.');
const run = new Run({
  view: viewOf({ text: 'hello', maxOutputTokens: 100 }),
  tags: new Map(),
  now: 0,
  source: { read: () => null, truth: () => false },
});

describe('a provider that reports more than the bound', () => {
  it('widens the next holds of that model, by more than what was reported, and says so', () => {
    const said: string[] = [];
    const overruns = new Overruns((words) => said.push(words));
    const bound = boundFor(run, model, 0);
    const reported = { ...NO_USAGE, inputTokens: bound.inputTokens * 2, outputTokens: 10 };
    overruns.compare('req_1', overruns.widened(model), bound, reported);
    const wider = boundFor(run, overruns.widened(model), 0);
    expect(wider.inputTokens).toBeGreaterThan(reported.inputTokens);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(model.id);
  });

  it('leaves other models, and those that keep to their bound, as they are', () => {
    const overruns = new Overruns(() => expect.unreachable());
    const bound = boundFor(run, model, 0);
    overruns.compare('req_1', model, bound, bound);
    expect(overruns.widened(model)).toBe(model);
  });
});
