import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectNodes } from '../../../policies/check-project.ts';
import type { Sample, Template } from '../../../policies/template.ts';
import { shippedPolicies } from '../../../server/control/shipped.ts';
import type { BudgetEntry } from '../../../server/control/snapshot.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { replayAll, startGateway, type TestGateway } from './harness.ts';

/** How the sandbox plays a failure. */
const FAULTS: Record<string, string> = {
  server_error: 'fault=503',
  context_too_long: 'fault=context',
  rate_limited: 'fault=429',
};

/** The part of a budget that a sample's request counts in. */
function scopeIn(budget: BudgetEntry, tags: Readonly<Record<string, string>>): string {
  const value = (scope: string): string => {
    if (scope === 'project') return 'default';
    const name = scope.replace(/^tags\./, '');
    return tags[name] ?? (name === 'team' ? 'default' : '');
  };
  return budget.scope.map((scope) => `${scope}=${value(scope)}`).join(',');
}

describe('each sample of each shipped policy, through the real server', async () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(async () => {
    await replayAll(gateway);
    await gateway.stop();
  });

  async function send(template: Template, sample: Sample): Promise<{ response: Response; record: RequestRecord }> {
    const { counters, runtime, upstreams } = gateway.running.gateway;
    // What failed in one sample is not left alone in the next.
    for (const [, known] of upstreams.all()) known.forget('sandbox');
    const undo: (() => void)[] = [];
    for (const [key, { spent }] of Object.entries(sample.outside.budgets)) {
      const name = template.budgets.find((one) => one.key === key)?.name;
      const budget = [...runtime().snapshot.budgets.values()].find((one) => one.name === name);
      if (!budget) throw new Error(`${template.name} has no budget ${key}.`);
      const cell = counters.cell(budget, scopeIn(budget, sample.tags), Date.now());
      const before = cell.spent;
      cell.spent = spent;
      undo.push(() => {
        cell.spent = before;
      });
    }
    for (const [model, failure] of Object.entries(sample.outside.down)) {
      const fault = FAULTS[failure];
      if (fault === undefined) throw new Error(`The sandbox cannot play ${failure}.`);
      gateway.faults.set(model.replace('sandbox/', ''), fault);
    }
    try {
      const tags = Object.entries(sample.tags).map(([name, value]) => `${name}=${value}`);
      const named = `policy/${template.name}`;
      // The policy is made the project's own, so that the sample's model is what the app asks for.
      const policies = await gateway.api<{ policies: { id: string; name: string }[] }>('GET', '/policies');
      const policy = policies.policies.find((one) => `policy/${one.name}` === named);
      await gateway.api('PUT', '/organisation/default-policy', { policy: policy?.id, reason: 'for a sample' });
      const response = await gateway.chat(
        sample.request,
        tags.length > 0 ? { 'x-signalbox-tags': tags.join(',') } : {},
      );
      await response.arrayBuffer();
      const record = await gateway.api<RequestRecord>(
        'GET',
        `/records/${response.headers.get('x-signalbox-request-id')}`,
      );
      return { response, record };
    } finally {
      gateway.faults.clear();
      for (const one of undo) one();
    }
  }

  const policies = await shippedPolicies();
  // What runs before the policies of projects answers nobody by itself.
  for (const template of policies.filter(({ graph }) => projectNodes(graph).length === 0)) {
    describe(template.title, () => {
      for (const sample of template.samples) {
        it(sample.name, async () => {
          const { response, record } = await send(template, sample);
          const { path, model, status, redactions, cost } = sample.expect;
          expect(response.headers.get('x-signalbox-path')).toBe(path);
          expect({
            status: response.status,
            model: record.model,
            redactions: record.redactions,
            cost: record.cost,
          }).toEqual({ status, model, redactions, cost });
          expect(response.headers.get('x-signalbox-cost-usd')).toBe((cost / 1e9).toFixed(9));
        });
      }
    });
  }

  it('holds nothing when they are all through', () => {
    const { counters, runtime } = gateway.running.gateway;
    for (const budget of runtime().snapshot.budgets.values()) {
      for (const cell of counters.of(budget, Date.now())) expect(cell.held).toBe(0);
    }
  });
});
