import { beforeEach, describe, expect, it } from 'vitest';
import { graphOf, newestRecord, publish } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { edit, makePolicy, node, openDrawings } from './drawings.ts';
import { browser, button, comeAgain, gateway, here, look, page } from './house.ts';

const PATIENCE = { timeout: 15_000 };

const NODES = {
  enter: ['request', { timeZone: 'UTC' }],
  what: [
    'match',
    {
      cases: [
        {
          port: 'checkout',
          label: 'the checkout',
          when: {
            all: [
              { fact: 'tags.feature', operator: 'equal', value: 'checkout' },
              {
                any: [
                  { fact: 'request.stream', operator: 'equal', value: true },
                  { fact: 'team', operator: 'exists', value: true },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
  hide: [
    'redact',
    {
      rules: [
        { detect: 'email', action: 'placeholder' },
        { detect: 'iban', action: 'mask' },
      ],
    },
  ],
  sort: ['classify', {}],
  cheap: ['model', { model: 'sandbox/small' }],
  strong: ['fallback', { models: ['sandbox/large', 'sandbox/small'] }],
  no: ['block', { status: 403, message: 'The checkout may not ask.' }],
} as const;
const WAYS = [
  'enter.next > what',
  'what.checkout > no',
  'what.else > hide',
  'hide.clean > sort',
  'hide.found > sort',
  'sort.simple > cheap',
  'sort.standard > cheap',
  'sort.complex > strong',
];
const GRAPH = graphOf(NODES, WAYS);

let policy: string;

const makeTried = async (graph: unknown = GRAPH): Promise<string> => (await makePolicy(graph)).policy;

const lit = (id: string) => page.locator(`.react-flow__node[data-id="${id}"] .node-lit`);
const panel = (name: string | RegExp) => page.getByRole('tab', { name });
const part = (name: string) => page.getByRole('button', { name, exact: true });
const outcome = (words: string | RegExp) => page.getByRole('status', { name: 'What comes of it' }).getByText(words);
const message = () => page.getByRole('textbox', { name: 'Text of message 1' });

/** Chooses what to try by its name, with the keyboard alone. */
async function choose(name: string): Promise<void> {
  const source = page.getByRole('combobox', { name: 'Request to try' });
  await source.fill(name);
  await page.getByRole('option', { name }).first().waitFor();
  await source.press('ArrowDown');
  await source.press('Enter');
}

async function startTrying(id = policy): Promise<void> {
  await edit(id);
  await panel('Try it').click();
  await outcome('sandbox/small answers').waitFor();
}

describe.skipIf(browser === null)('trying a policy in the editor', () => {
  openDrawings();
  beforeEach(async () => {
    policy = await makeTried();
  });

  it('lights the way and says each step with its reason and what it costs', async () => {
    await startTrying();
    await lit('cheap').waitFor();
    expect(await lit('strong').count()).toBe(0);
    await outcome(/It costs at most \$0\.00/).waitFor();
    await choose('A hard question');
    await outcome('sandbox/large answers').waitFor();
    await lit('strong').waitFor();
    const steps = page.getByRole('region', { name: 'The way, step by step' }).getByRole('listitem');
    await steps
      .filter({ hasText: /sort → complex/ })
      .getByText(/^Scored \d+ %, complex/)
      .waitFor();
    await button('Show the conditions of what').click();
    await page.locator('.try-truth').getByText('tag feature is checkout (found: nothing)').waitFor();
    await page.getByText('the rules library comes to the same end').waitFor();
    await panel('Settings').click();
    await node('cheap').locator('.node-plain').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('chooses among models by how they are said to have been doing', async () => {
    const choosing = graphOf(
      {
        enter: ['request', { timeZone: 'UTC' }],
        best: ['model', { model: 'sandbox/small', others: [{ model: 'sandbox/large' }], choose: 'fastest' }],
      },
      ['enter.next > best'],
    );
    await startTrying(await makeTried(choosing));
    await part('What the outside answers').click();
    await page
      .getByRole('group', { name: 'How sandbox/small has been doing' })
      .getByRole('textbox', { name: 'First words after' })
      .fill('2.5');
    await outcome('sandbox/large answers').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('tries what is written, as it is typed, with tags and a key', async () => {
    await startTrying();
    await choose('A request of your own');
    await message().fill('Write to ada@example.com that DE89 3704 0044 0532 0130 00 is paid.');
    await outcome(/Found: 1 × E-mail address, 1 × Bank account/).waitFor();
    await part('Texts before and after').click();
    const after = page.getByRole('region', { name: 'As it is sent' });
    await after.getByText('[IBAN]').waitFor();
    const places = page.getByRole('list', { name: 'Where “hide” found something' });
    expect(await places.innerText()).toBe('Message 1 (user): 1 × E-mail address, 1 × Bank account number (IBAN)');
    expect(await after.innerText()).not.toContain('ada@example.com');
    await button('Add a tag').click();
    await page.getByRole('combobox', { name: 'Name of tag 1' }).fill('feature');
    await page.getByRole('combobox', { name: 'Value of tag 1' }).fill('checkout');
    await outcome('Refused with status 403: not allowed').waitFor();
    await outcome('The checkout may not ask.').waitFor();
    await part('Tags at the end').click();
    await page.getByText('feature=checkout from the app').waitFor();
    await page.getByText('team=default from the key').waitFor();
    await page.getByRole('combobox', { name: 'Model that the app asks for' }).fill('');
    await page.getByRole('status').getByText('Say which model the app asks for.').waitFor();
    expect(await message().inputValue()).toContain('ada@example.com');
    await page.getByRole('combobox', { name: 'Model that the app asks for' }).fill('sandbox/large');
    await page.getByRole('combobox', { name: 'Name of tag 1' }).fill('not a tag');
    await page.getByText('“not a tag” cannot be the name of a tag').waitFor();
  });

  it('answers for budgets, models and the classifier as it is set, with the keyboard', async () => {
    const { budgets } = await gateway.api<{ budgets: { budget: { id: string; name: string } }[] }>('GET', '/budgets');
    const [first] = budgets;
    if (!first) throw new Error('there is a budget');
    const id = await makeTried(
      graphOf({ ...NODES, month: ['budget', { budget: first.budget.id }] }, [
        ...WAYS.map((way) => (way === 'enter.next > what' ? 'enter.next > month' : way)),
        'month.within > what',
        'month.warning > cheap',
        'month.exhausted > no',
      ]),
    );
    await startTrying(id);
    await part('What the outside answers').click();
    await page.getByRole('switch', { name: `Set what is used of “${first.budget.name}”` }).focus();
    await page.keyboard.press('Space');
    const spent = page.getByRole('slider', { name: `${first.budget.name}: Spent, as a share of its limit` });
    await spent.focus();
    await spent.press('End');
    await outcome('Refused with status 429: too much for now').waitFor();
    await lit('no').waitFor();
    for (let i = 0; i < 15; i++) await spent.press('ArrowLeft');
    await outcome('sandbox/small answers').waitFor();
    await page.getByText(/is past its warning/).waitFor();
    await page.getByRole('switch', { name: `Set what is used of “${first.budget.name}”` }).click();
    await page.getByRole('radio', { name: 'A score that I set' }).click();
    const score = page.getByRole('slider', { name: 'Score, from trivial to hard' });
    await score.focus();
    await score.press('End');
    await outcome('sandbox/large answers').waitFor();
    await page.getByRole('combobox', { name: 'sandbox/large' }).selectOption('It did not answer in time');
    await outcome('sandbox/small answers').waitFor();
    await page.getByText(/sandbox\/small answered, after sandbox\/large: it did not answer in time/).waitFor();
  });

  it('says which problem keeps the drawing from running, and leads to it', async () => {
    const id = await makeTried(graphOf({ ...NODES, cheap: ['model', { model: 7 }] }, WAYS));
    await edit(id);
    await panel('Try it').click();
    await page.getByText('The drawing cannot run yet').waitFor();
    await button('Show it on the drawing').first().click();
    await page.locator('.react-flow__node.selected[data-id="cheap"]').waitFor();
    await button('Mend it in “Problems”').click();
    await expect.poll(() => panel(/^Problems/).getAttribute('aria-selected'), PATIENCE).toBe('true');
  });

  it('tries requests of the past again, and says what is known of them', async () => {
    await gateway.chat(
      { model: 'sandbox/large', messages: [{ role: 'user', content: 'Which river flows through Prague?' }] },
      { 'x-signalbox-tags': 'feature=checkout' },
    );
    await newestRecord(gateway, ({ status }) => status === 'ok');
    await startTrying();
    await choose('For sandbox/large');
    await page.getByText('This is the request as it is stored').waitFor();
    expect(await message().inputValue()).toBe('Which river flows through Prague?');
    await outcome('The checkout may not ask.').waitFor();
  });

  it('compares with the version that is live', async () => {
    const id = await publish(gateway, 'tried-live', GRAPH);
    const draft = await gateway.api<{ revision: number; layout: unknown }>('GET', `/policies/${id}/draft`);
    await gateway.api('PUT', `/policies/${id}/draft`, {
      graph: graphOf({ ...NODES, cheap: ['model', { model: 'sandbox/large' }] }, WAYS),
      layout: draft.layout,
      revision: draft.revision,
    });
    await edit(id);
    await panel('Try it').click();
    await outcome('sandbox/large answers').waitFor();
    await part('Compared with the live version').click();
    await button('Compare with the live version').click();
    await page.getByText('In the draft: sandbox/large answers. In the live version: sandbox/small answers.').waitFor();
    await page.getByText(/The draft costs \$[\d.]+ at most, the live version \$[\d.]+, \d+ % more\./).waitFor();
    await choose('A hard question');
    await page.getByText('The draft does the same: the same end, the same cost, the same way.').waitFor();
  });

  it('keeps what was tried as a test, runs it after each change, and expects something else on demand', async () => {
    await startTrying();
    await button('Keep as a test').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Small questions are cheap');
    await page.getByRole('dialog').getByRole('button', { name: 'Keep the test' }).click();
    await panel('Tests 1 of 1').click();
    await page.getByText('All is as expected: 1 of 1.').waitFor();
    await node('sort').click();
    await page.keyboard.press('Delete');
    await panel('Tests 0 of 1').waitFor();
    await page.getByText(/It was to be answered by sandbox\/small, but it is refused with status 500/).waitFor();
    await button('Expect this from now on: Small questions are cheap').click();
    await panel('Tests 1 of 1').waitFor();
    await page.keyboard.press('Control+z');
    await panel('Tests 0 of 1').waitFor();
    await page.keyboard.press('Control+z');
    await panel('Tests 1 of 1').waitFor();
    await button('Change: Small questions are cheap').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Cheap');
    await page.getByRole('checkbox', { name: 'The way it takes' }).uncheck();
    await page.getByRole('button', { name: 'Change it' }).click();
    await button('Open in Try it: Cheap').click();
    await outcome('sandbox/small answers').waitFor();
    expect(await page.getByRole('combobox', { name: 'Request to try' }).inputValue()).toBe('Cheap');
    await panel('Tests 1 of 1').click();
    await button('Remove the test “Cheap”').click();
    await page.getByText('No tests yet').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toContain('No tests yet');
    await page.locator('.canvas-status').getByText('Deleted the test “Cheap”.').waitFor();
    await page.keyboard.press('Control+z');
    await panel('Tests 1 of 1').waitFor();
    await expect
      .poll(
        async () => (await gateway.api<{ tests: { name: string }[] }>('GET', `/policies/${policy}/draft`)).tests,
        PATIENCE,
      )
      .toMatchObject([{ name: 'Cheap', expect: { model: 'sandbox/small', status: 200 } }]);
    expect(here.complaints).toEqual([]);
  });

  it('moves tests up and down without losing the keyboard', async () => {
    await startTrying();
    for (const name of ['First', 'Second']) {
      await button('Keep as a test').click();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByRole('dialog').getByRole('button', { name: 'Keep the test' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await panel('Tests 2 of 2').click();
    await button('Move the test “Second” up').focus();
    await page.keyboard.press('Enter');
    const names = page.getByRole('list', { name: 'Tests' }).getByRole('listitem');
    await names.first().getByText('Second').waitFor();
    await expect
      .poll(() => page.evaluate('document.activeElement.ariaLabel'), PATIENCE)
      .toBe('Move the test “Second” up');
  });

  it('lists problems, mends them by a button, and is glad when nothing is wrong', async () => {
    const id = await makeTried(
      graphOf(
        NODES,
        WAYS.filter((way) => !way.startsWith('hide.found')),
      ),
    );
    await edit(id);
    await panel('Problems 1').click();
    const problem = page.getByRole('list', { name: 'Problems' }).getByRole('listitem');
    await page.getByRole('status').getByText('1 problem to be mended before it can be published.').waitFor();
    await problem.getByRole('button', { name: /^Show on the drawing/ }).click();
    await page.locator('.react-flow__node.selected[data-id="hide"]').waitFor();
    await problem.getByRole('button').first().click();
    await page.getByText('Nothing is wrong: every way leads somewhere').waitFor();
    await panel('Problems').waitFor();
    await page.keyboard.press('Control+z');
    await panel('Problems 1').waitFor();
  });

  it('shows everything to those who may only look, and no means to change it', async () => {
    const id = await makeTried(graphOf(NODES, WAYS.slice(1)));
    await page.route('**/api/session', async (route) => {
      const answer = await route.fetch();
      const text = await answer.text();
      await route.fulfill({ response: answer, body: text.replaceAll('"role":"admin"', '"role":"viewer"') });
    });
    await edit(id);
    await panel('Tests').click();
    await button('Try a request').click();
    await page.getByText(/The way ends at/).waitFor();
    expect(await button('Keep as a test').count()).toBe(0);
    await panel(/^Problems/).click();
    await page
      .getByRole('button', { name: /^Show on the drawing/ })
      .first()
      .waitFor();
    const acts = page.getByRole('list', { name: 'Problems' }).getByRole('button');
    for (const act of await acts.all()) expect(await act.innerText()).toBe('Show it');
  });

  it.each(SCHEMES)(
    'has nothing that keeps people out, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      await startTrying();
      await look(`trying-try-${scheme}`);
      await part('The request').click();
      await button('Show the conditions of what').click();
      await page.locator('.try-truth').first().waitFor();
      await look(`trying-try-conditions-${scheme}`);
      await choose('A question with personal data');
      await outcome(/Found/).waitFor();
      await part('Texts before and after').click();
      await part('Tags at the end').click();
      await page.getByText('team=default from the key').waitFor();
      await look(`trying-try-way-${scheme}`);
      await part('The way, step by step').click();
      await part('What the outside answers').click();
      await page.getByRole('radio', { name: 'A score that I set' }).click();
      await look(`trying-try-outside-${scheme}`);
      await button('Keep as a test').click();
      await page.getByRole('dialog').waitFor();
      await look(`trying-test-keep-${scheme}`);
      await page.getByRole('dialog').getByRole('button', { name: 'Keep the test' }).click();
      await panel('Tests 1 of 1').click();
      await look(`trying-tests-${scheme}`);
      await node('sort').click();
      await page.keyboard.press('Delete');
      await panel('Tests 0 of 1').waitFor();
      await look(`trying-tests-failed-${scheme}`);
      await panel(/^Problems/).click();
      await page.getByRole('list', { name: 'Problems' }).waitFor();
      await look(`trying-problems-${scheme}`);
      expect(here.complaints).toEqual([]);
    },
    120_000,
  );
});
