import { describe, expect, it } from 'vitest';
import { graphOf, publish, publishNext } from '../server/gateway/harness.ts';
import {
  browser,
  button,
  comeAgain,
  dialog,
  gateway,
  heading,
  here,
  hold,
  look,
  open,
  openHouse,
  page,
} from './house.ts';

const model = (id: string) => ['model', { model: id, timeoutSeconds: 20, retries: 0 }] as const;

const splitting = graphOf(
  {
    enter: ['request', { timeZone: 'UTC' }],
    trial: [
      'split',
      {
        variants: [
          { port: 'now', label: 'As before', weight: 50 },
          { port: 'cheaper', label: 'Cheaper', weight: 50 },
        ],
        stickyBy: ['user'],
      },
    ],
    strong: model('sandbox/large'),
    cheap: model('sandbox/small'),
  },
  ['enter.next > trial', 'trial.now > strong', 'trial.cheaper > cheap'],
);

const ask = async (policy: string, user: string, content = 'What is the capital of Australia?'): Promise<string> => {
  const body = { model: `policy/${policy}`, messages: [{ role: 'user', content }] };
  const answer = await gateway.chat(body, { 'x-signalbox-tags': `user=${user}` });
  expect(answer.status, await answer.text()).toBe(200);
  return answer.headers.get('x-signalbox-request-id') ?? '';
};

describe.skipIf(browser === null)('kinds that compare, keep, copy and lead on', () => {
  openHouse();

  it('shows what each variant of a split did, and makes one of them the policy', async () => {
    const policy = await publish(gateway, 'trial', splitting);
    await open(`/policies/${policy}/variants`);
    await page.getByText('No request has come to this split in that time').waitFor();
    await Promise.all(Array.from({ length: 40 }, (_, i) => ask('trial', `user-${i}`)));

    await open(`/policies/${policy}`);
    await page.getByRole('link', { name: 'Compare the variants of its split' }).click();
    await heading('Compare variants').waitFor();
    await page.getByText('40 requests took a variant of “trial”').waitFor();
    const cost = page.getByRole('region', { name: 'Cost of a request' });
    await cost.getByText(/^“Cheaper” costs less \(.*\) than “As before” \(.*\)\. That is hardly chance\.$/).waitFor();
    await cost.getByRole('img', { name: /^Cost of a request\. As before: .* from .* to .*; Cheaper: / }).waitFor();
    await page.getByRole('region', { name: 'Errors' }).getByText('No difference is sure yet').waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await comeAgain(scheme);
      await open(`/policies/${policy}/variants`);
      await page.getByText('40 requests took a variant of “trial”').waitFor();
      await look(`variants-${scheme}`);
    }

    const letGo = await hold('**/draft');
    await button('Make “Cheaper” the policy').click();
    const change = dialog().getByRole('button', { name: 'Change the draft and look at it' });
    expect(await change.isDisabled()).toBe(true);
    letGo();
    await dialog().getByText('In the draft, all requests go the way of “Cheaper”').waitFor();
    await dialog()
      .getByText(/only other variants led there/)
      .waitFor();
    await look('take-variant');
    await change.click();
    await page.waitForURL(/\/publish$/);
    const { graph } = await gateway.api<{ graph: { edges: unknown; nodes: { id: string }[] } }>(
      'GET',
      `/policies/${policy}/draft`,
    );
    expect(graph.nodes.map(({ id }) => id).sort()).toEqual(['cheap', 'enter']);
    expect(graph.edges).toEqual([{ from: 'enter', port: 'next', to: 'cheap' }]);
    // Requests go on as before.
    const { liveVersion } = await gateway.api<{ liveVersion: number }>('GET', `/policies/${policy}`);
    expect(liveVersion).toBe(1);
    expect(here.complaints).toEqual([]);
  });

  it('says what to do where a policy has no split', async () => {
    const plain = graphOf({ enter: ['request', {}], call: model('sandbox/small') }, ['enter.next > call']);
    const policy = await publish(gateway, 'plain', plain);
    await open(`/policies/${policy}/variants`);
    await page.getByText('This policy sends all requests the same way').waitFor();
    await page.getByRole('link', { name: 'Open the editor' }).waitFor();
    await look('no-split');
    expect(here.complaints).toEqual([]);
  });

  it('shows the answer to a copy beside the real one, and what a kept answer had cost', async () => {
    const policy = graphOf(
      {
        enter: ['request', {}],
        kept: ['cache', {}],
        copy: ['shadow', { model: 'sandbox/large', share: 1 }],
        call: model('sandbox/small'),
      },
      ['enter.next > kept', 'kept.miss > copy', 'copy.next > call'],
    );
    await publish(gateway, 'copied', policy);
    const first = await ask('copied', 'ada');
    const again = await ask('copied', 'bob');
    await gateway.running.gateway.shadows.drain(20_000);
    await comeAgain('light');
    await open(`/requests/${first}`);
    await page.getByRole('heading', { name: 'The same to other models' }).waitFor();
    const copy = page.getByRole('region', { name: 'A copy, to sandbox/large' });
    await copy.getByRole('link', { name: 'The record of the copy' }).waitFor();
    await page.getByRole('button', { name: 'Show the answers' }).click();
    await copy.getByText('Answered', { exact: true }).waitFor();
    await look('copy-beside');
    await copy.getByRole('link', { name: 'The record of the copy' }).click();
    await page.getByText('This is a copy of another request').waitFor();
    await look('copy');
    await page.getByRole('link', { name: 'The request that it is a copy of' }).click();
    await page.getByRole('heading', { name: 'The same to other models' }).waitFor();

    await open(`/requests/${again}`);
    await page.getByText(/^a kept answer, which had cost \$/).waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('tries a drawing with a split and a cache as somebody sets them', async () => {
    const graph = graphOf(
      {
        enter: ['request', {}],
        kept: ['cache', {}],
        trial: [
          'split',
          {
            variants: [
              { port: 'now', label: 'As before', weight: 90 },
              { port: 'cheaper', label: 'Cheaper', weight: 10 },
            ],
          },
        ],
        strong: model('sandbox/large'),
        cheap: model('sandbox/small'),
      },
      ['enter.next > kept', 'kept.miss > trial', 'trial.now > strong', 'trial.cheaper > cheap'],
    );
    const policy = await publish(gateway, 'tried', graph);
    await comeAgain('light');
    await open(`/policies/${policy}/edit`);
    await page.getByRole('tab', { name: 'Try it' }).click();
    const outcome = page.getByRole('status', { name: 'What comes of it' });
    await outcome.getByText('sandbox/large answers').waitFor();
    await button('What the outside answers').click();
    await page.getByRole('combobox', { name: 'Variant that “trial” draws' }).selectOption('Cheaper');
    await outcome.getByText('sandbox/small answers').waitFor();
    await look('try-split');
    await page.getByRole('switch', { name: '“kept” has an answer to this request' }).click();
    await outcome.getByText('A kept answer is given again').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('chooses the version of another policy to go on in, and shows where a policy is used', async () => {
    const shared = await publish(
      gateway,
      'shared',
      graphOf({ enter: ['request', {}], call: model('sandbox/small') }, ['enter.next > call']),
    );
    const outer = await publish(
      gateway,
      'outer',
      graphOf({ enter: ['request', {}], rest: ['policy', { policy: shared, version: 1 }] }, ['enter.next > rest']),
    );
    await publishNext(
      gateway,
      shared,
      graphOf({ enter: ['request', {}], call: model('sandbox/large') }, ['enter.next > call']),
    );
    await comeAgain('light');
    await open(`/policies/${outer}/edit?node=rest`);
    const node = page.locator('.react-flow__node[data-id="rest"]');
    await node.getByText('Goes on in “shared”, version 1.').waitFor();
    await page.getByText('Version 2 is newer, and live by itself.').waitFor();
    await look('policy-node');
    await button('Use version 2').click();
    await node.getByText('Goes on in “shared”, version 2.').waitFor();
    await page.getByText('Version 2 is newer, and live by itself.').waitFor({ state: 'detached' });

    await page.getByRole('combobox', { name: 'Policy', exact: true }).click();
    await page.getByRole('option', { name: /outer/ }).click();
    await node.getByText('Goes on in “outer”, version 1.').waitFor();
    await page.getByRole('button', { name: 'Undo: Change “Policy” of “rest”' }).click();
    await node.getByText('Goes on in “shared”, version 2.').waitFor();
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page.getByRole('status', { name: 'What comes of it' }).getByText('sandbox/large answers').waitFor();

    await open(`/policies/${shared}`);
    const users = page.getByRole('region', { name: 'Used by other policies' });
    await users.getByRole('link', { name: 'outer, version 1, live' }).waitFor();
    await look('used-by');
    expect(here.complaints).toEqual([]);
  });
});
