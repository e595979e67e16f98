/** Approvals on the pages: asked for where one publishes, answered by somebody else, and what an emergency leaves behind. */
import { describe, expect, it } from 'vitest';
import { graphOf } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { askPolicy, draftOf, makePolicy, modelNode, node, openDrawings, publishDraft, save } from './drawings.ts';
import {
  browser,
  button,
  comeAgain,
  dialog,
  field,
  gateway,
  heading,
  here,
  look,
  open,
  PASSWORD,
  page,
} from './house.ts';

const NODES = {
  enter: ['request', { timeZone: 'UTC' }],
  cheap: modelNode('sandbox/small'),
} as const;
const LIVE = graphOf(NODES, ['enter.next > cheap']);
const NEXT = graphOf({ ...NODES, cheap: modelNode('sandbox/large') }, ['enter.next > cheap']);
const ONE = { approvals: 1, by: null, emergency: ['admin'] };

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

let made = 0;

async function newPerson(name: string, role: string): Promise<Person> {
  const email = `${name.toLowerCase()}-${++made}@example.com`;
  const body = { name, email, password: PASSWORD, grants: [{ role }] };
  return { ...(await gateway.api<{ id: string }>('POST', '/people', body)), name, email };
}

const setRule = (policy: string, rule: object) =>
  gateway.api('PUT', `/policies/${policy}/approval-rule`, { rule, reason: 'So that two people look at it' });

/** A policy with a live version, another drawing as its draft, and a rule that asks for one approval. */
async function toApprove(rule: object = ONE): Promise<{ policy: string; name: string; title: string }> {
  const policy = await makePolicy(LIVE);
  await publishDraft(policy.policy, 'The first of them');
  await save(policy.policy, { graph: NEXT });
  await setRule(policy.policy, rule);
  return policy;
}

/** Asks for approval as a program does; gives the id of the request. */
async function ask(policy: string, reason: string): Promise<string> {
  const { revision } = await draftOf(policy);
  return (await gateway.api<{ id: string }>('POST', `/policies/${policy}/approvals`, { revision, reason })).id;
}

const reason = () => page.getByRole('textbox', { name: 'Reason' });
const focused = () => page.evaluate('document.activeElement?.textContent');
const item = (name: string) => page.getByRole('listitem', { name, exact: true });

/** Comes as somebody else. */
async function openAs({ email }: Person, path: string): Promise<void> {
  await here.context.clearCookies();
  await open(path, email);
}

describe.skipIf(browser === null)('approvals', () => {
  openDrawings();

  it('are asked for where one would publish, given by somebody else, and then it is published', async () => {
    const [uma, bo] = [await newPerson('Uma', 'author'), await newPerson('Bo', 'approver')];
    const { policy, name, title } = await toApprove();
    await openAs(uma, `/policies/${policy}/publish`);
    await page.getByText('1 person has to approve this draft before it is published.').waitFor();
    await button('Ask for approval').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await reason().fill('Better answers for everybody');
    await button('Ask for approval').click();
    await page.getByText('0 of 1 approval.').waitFor();
    await page.getByText(/^Waiting for .*Bo/).waitFor();
    expect(await button(/^Publish/).count()).toBe(0);

    await openAs(bo, '/policies');
    const waiting = page.getByRole('link', { name: /^Approvals .*1 waiting for you$/ });
    await waiting.click();
    await heading('Approvals').waitFor();
    await page.getByRole('list', { name: 'Waiting for you' }).getByRole('link', { name: title }).click();
    await heading(`Approval: ${title}`).waitFor();
    await page.getByText('“Better answers for everybody”').waitFor();
    await page.getByRole('list', { name: 'What changes' }).getByText('sandbox/large').waitFor();
    const before = page.getByRole('region', { name: 'Version 1, live then', exact: true });
    await before.locator('.react-flow__node[data-id="cheap"] .node-mark').getByText('≠').waitFor();
    await page.getByText('None: every way leads somewhere').waitFor();
    await button('Approve').click();
    await field('What you want to say').fill('I tried it');
    await dialog().getByRole('button', { name: 'Approve' }).click();
    await page.getByText('approved, can be published').waitFor();
    await page.getByRole('list', { name: 'Approvals' }).getByText('“I tried it”').waitFor();
    await page.getByRole('link', { name: 'Policies', exact: true }).click();
    await heading('Policies').waitFor();
    expect(await waiting.count()).toBe(0);

    // Who asked is told as well.
    await openAs(uma, '/policies');
    await waiting.click();
    const answers = page.getByRole('list', { name: 'Answers to what you asked' });
    await answers
      .getByRole('listitem', { name: `Draft of ${title}` })
      .getByText('approved, can be published')
      .waitFor();

    await page.goto(`${gateway.url}/policies/${policy}/publish`);
    await page.getByRole('region', { name: 'Approved', exact: true }).getByText('“I tried it”').waitFor();
    await reason().fill('Bo agrees');
    await button('Publish as version 2').click();
    await page.getByText('Version 2 is live').waitFor();
    expect(await askPolicy(name, 'Hello')).toBe(`${name}@2`);
    await page.goto(`${gateway.url}/approvals`);
    await item(`Draft of ${title}`).getByText('published as version 2').waitFor();
  });

  it('are sent back with words that stand where one publishes, and can be withdrawn', async () => {
    const [uma, bo] = [await newPerson('Uma', 'author'), await newPerson('Bo', 'approver')];
    const { policy, title } = await toApprove();
    const request = await ask(policy, 'Please look');
    await openAs(bo, `/approvals/${request}`);
    await button('Send back').click();
    await dialog().getByRole('button', { name: 'Send back' }).click();
    await page.getByText('Say why, in a few words.').waitFor();
    await field('What is missing or wrong').fill('The large model costs too much');
    await dialog().getByRole('button', { name: 'Send back' }).click();
    await page.getByText('sent back', { exact: true }).waitFor();
    expect(await button('Approve').count()).toBe(0);

    await openAs(uma, `/policies/${policy}/publish`);
    await page.getByText('Bo: “The large model costs too much”').waitFor();
    await reason().fill('It is worth it');
    await button('Ask for approval').click();
    await page.getByRole('link', { name: 'See the request' }).click();
    await heading(`Approval: ${title}`).waitFor();
    expect(await button('Approve').count()).toBe(0);
    await button('Withdraw').click();
    await field('Why it is withdrawn').fill('Not yet');
    await dialog().getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('withdrawn', { exact: true }).waitFor();
  });

  it('of an older drawing are refused in words, with what was typed, and the request is void', async () => {
    const bo = await newPerson('Bo', 'approver');
    const { policy } = await toApprove();
    const request = await ask(policy, 'Please look');
    await openAs(bo, `/approvals/${request}`);
    await button('Approve').click();
    await field('What you want to say').fill('Right');
    await save(policy, { graph: graphOf({ ...NODES, cheap: modelNode('sandbox/local') }, ['enter.next > cheap']) });
    await dialog().getByRole('button', { name: 'Approve' }).click();
    await dialog().getByRole('alert').getByText('the draft was edited after it was asked for').waitFor();
    expect(await field('What you want to say').inputValue()).toBe('Right');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('void: the draft was edited since').waitFor();
    expect(await button('Approve').count()).toBe(0);
    // It still shows what was asked about.
    await page.getByRole('list', { name: 'What changes' }).getByText('sandbox/large').waitFor();
  });

  it('can wait in an emergency, which somebody else follows up', async () => {
    const bo = await newPerson('Bo', 'approver');
    const { policy, name, title } = await toApprove();
    const target = { kind: 'slack', url: 'https://hooks.example.com/services/T0' };
    await gateway.api('POST', '/channels', { name: 'Watchers', target, topics: ['emergencies'] });
    await open(`/policies/${policy}/publish`);
    await button('Publish in an emergency').click();
    const act = dialog().getByRole('button', { name: 'Publish as version 2 without approval' });
    await act.click();
    await page.getByText('Say why, in a few words.').waitFor();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('The small model is down');
    await act.click();
    await page.getByText('Version 2 is live').waitFor();
    expect(await askPolicy(name, 'Hello')).toBe(`${name}@2`);
    await page.goto(`${gateway.url}/alerts`);
    await page.getByRole('link', { name: `Version 2 of “${title}” was published in an emergency` }).click();
    await heading('Approvals').waitFor();
    const flagged = item(`Version 2 of ${title}`);
    await flagged.getByText('published in an emergency').waitFor();
    expect(await flagged.getByRole('button').count()).toBe(0);

    await page.goto(`${gateway.url}/policies/${policy}/history`);
    await page.getByText('emergency, to be followed up').waitFor();

    await openAs(bo, '/approvals');
    await flagged.getByText('“The small model is down”').waitFor();
    await button(`Follow up version 2 of ${title}`).click();
    await field('What you found').fill('It was right');
    await dialog().getByRole('button', { name: 'Follow up' }).click();
    await flagged.getByText('Bo followed it up').waitFor();
    await page.getByRole('list', { name: 'Ended' }).getByText('“It was right”').waitFor();
  });

  /** A policy whose second version is live, with a rule that asks for one approval. */
  async function withTwoVersions(): Promise<{ policy: string; name: string; title: string }> {
    const made = await toApprove({ ...ONE, approvals: 0 });
    await publishDraft(made.policy, 'The second');
    await setRule(made.policy, ONE);
    return made;
  }

  it('are asked for where an old version is to come back, which becomes the draft', async () => {
    const [uma, bo] = [await newPerson('Uma', 'author'), await newPerson('Bo', 'approver')];
    const { policy, name, title } = await withTwoVersions();
    await openAs(uma, `/policies/${policy}/history`);
    await button('Restore version 1').click();
    await dialog().getByText('Version 1 becomes the draft, and 1 person has to approve it').waitFor();
    await dialog().getByText('The draft has no unpublished changes, so nothing is lost.').waitFor();
    expect(await dialog().getByRole('radio').count()).toBe(0);
    expect(await dialog().getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('Restores version 1');
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('Restores version 1: it was cheaper');
    await dialog().getByRole('button', { name: 'Ask for approval' }).click();
    await heading(`Approval: ${title}`).waitFor();
    await page.getByText('“Restores version 1: it was cheaper”').waitFor();
    expect((await draftOf(policy)).graph.nodes.find(({ id }) => id === 'cheap')?.settings.model).toBe('sandbox/small');
    expect(await askPolicy(name, 'Hello')).toBe(`${name}@2`);

    await openAs(bo, '/approvals');
    await page.getByRole('list', { name: 'Waiting for you' }).getByRole('link', { name: title }).click();
    await button('Approve').click();
    await dialog().getByRole('button', { name: 'Approve' }).click();
    await page.getByText('approved, can be published').waitFor();
    await openAs(uma, `/policies/${policy}/publish`);
    await reason().fill('Back to the cheap one');
    await button('Publish as version 3').click();
    await page.getByText('Version 3 is live').waitFor();
  });

  it('ask before work in the draft is lost to an old version, and keep what was typed meanwhile', async () => {
    const uma = await newPerson('Uma', 'author');
    const { policy, title } = await withTwoVersions();
    const half = graphOf({ ...NODES, cheap: modelNode('sandbox/local') }, ['enter.next > cheap']);
    await save(policy, { graph: half });
    const request = await ask(policy, 'Please look');
    await openAs(uma, `/policies/${policy}/history`);
    await button('Restore version 1').click();
    const question = dialog().getByRole('alert').filter({ hasText: 'The draft has changes that nobody has published' });
    await question.getByText('that request becomes void').waitFor();
    await dialog().getByRole('textbox', { name: 'Reason' }).fill('It was cheaper');
    await dialog().getByRole('button', { name: 'Ask for approval' }).click();
    await dialog().getByText('Say that they may be lost, or publish them first.').waitFor();
    await page.getByRole('checkbox', { name: 'These changes may be lost' }).check();
    // Somebody else draws meanwhile.
    await save(policy, { graph: graphOf({ ...NODES, cheap: modelNode('ours/tiny') }, ['enter.next > cheap']) });
    await dialog().getByRole('button', { name: 'Ask for approval' }).click();
    await dialog().getByText('The draft was saved again since you came here').waitFor();
    await button('Look at the draft as it is now').click();
    const may = page.getByRole('checkbox', { name: 'These changes may be lost' });
    await expect.poll(() => may.isChecked()).toBe(false);
    expect(await dialog().getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('It was cheaper');
    await may.check();
    await dialog().getByRole('button', { name: 'Ask for approval' }).click();
    await heading(`Approval: ${title}`).waitFor();
    await page.goto(`${gateway.url}/approvals/${request}`);
    await page.getByText('void: the draft was edited since').waitFor();
  });

  it('can be done without for an old version in an emergency, which is chosen by keys', async () => {
    const { policy, title } = await withTwoVersions();
    await open(`/policies/${policy}/history`);
    await button('Restore version 1').focus();
    await page.keyboard.press('Enter');
    const usual = page.getByRole('radio', { name: 'Put it into the draft and ask for approval' });
    await usual.focus();
    expect(await usual.isChecked()).toBe(true);
    await page.keyboard.press('ArrowDown');
    await dialog().getByText('The draft has no unpublished changes, so it becomes the same as version 3.').waitFor();
    const words = dialog().getByRole('textbox', { name: 'Reason' });
    expect(await words.inputValue()).toBe('');
    await words.fill('The second one is wrong');
    await dialog().getByRole('button', { name: 'Publish it as version 3 without approval' }).focus();
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await page.goto(`${gateway.url}/approvals`);
    await item(`Version 3 of ${title}`).getByText('“The second one is wrong”').waitFor();
  });

  it('follow rules that are said on a policy’s page, by keys alone', async () => {
    const { policy } = await makePolicy(LIVE);
    await open(`/policies/${policy}`);
    await page.getByText('No approval is needed').waitFor();
    await button('Change the rule').focus();
    await page.keyboard.press('Enter');
    await dialog().waitFor();
    await page.getByRole('radio', { name: 'That of the organisation' }).focus();
    await page.keyboard.press('ArrowDown');
    await field('How many people have to approve').fill('2');
    await page.getByRole('radio', { name: 'Anybody whose role lets them approve' }).focus();
    await page.keyboard.press('ArrowDown');
    await field('Reason').fill('It handles grades');
    await page.keyboard.press('Enter');
    await page.getByText('Name at least one person.').waitFor();
    await page.getByRole('radio', { name: 'Only these people' }).focus();
    await page.keyboard.press('ArrowUp');
    await field('Reason').focus();
    await page.keyboard.press('Enter');
    await page.getByText('2 people have to approve each draft: anybody whose role lets them approve').waitFor();
    await page.getByText('This is a rule of its own.').waitFor();
    await expect.poll(focused).toBe('Change the rule');
    const { rule } = await gateway.api<{ rule: object }>('GET', `/policies/${policy}/approval-rule`);
    expect(rule).toEqual({ approvals: 2, by: null, emergency: ['admin'] });
  });

  it('come with comments on nodes, marked on the drawing until they are settled', async () => {
    const { policy } = await toApprove();
    await open(`/policies/${policy}/edit`);
    await node('cheap').click();
    const thread = page.getByRole('region', { name: 'Comments on this node' });
    await thread.getByText('Nobody has said anything about this node yet.').waitFor();
    const markup = '<img src=x onerror=alert(1)> is this the right one?';
    await thread.getByRole('textbox', { name: 'Your comment' }).fill(markup);
    await thread.getByRole('button', { name: 'Comment' }).click();
    // What is typed is a text of the page as well.
    const said = thread.getByRole('list', { name: 'Comments', exact: true });
    await said.getByText(markup).waitFor();
    expect(await thread.getByRole('textbox', { name: 'Your comment' }).inputValue()).toBe('');
    await node('cheap').locator('.node-comments').getByText('1').waitFor();
    expect(await node('cheap').getAttribute('aria-label')).toContain('1 comment is not settled.');
    await button('1 comment not settled').click();
    await expect.poll(() => page.evaluate('document.activeElement?.ariaLabel')).toBe('Comments on this node');

    await thread.getByRole('button', { name: /^Settle the comment/ }).click();
    const fold = thread.getByRole('button', { name: '1 settled comment' });
    await fold.waitFor();
    await expect.poll(focused).toBe('1 settled comment');
    expect(await thread.getByText(markup).count()).toBe(0);
    await page.keyboard.press('Enter');
    await thread.getByRole('list', { name: 'Settled comments' }).getByText(markup).waitFor();
    await thread.getByText(/^settled by/).waitFor();
    await node('cheap').locator('.node-comments').waitFor({ state: 'detached' });

    // By keys alone: it stands behind the words that it opens again.
    await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('Open again');
    await page.keyboard.press('Enter');
    await said.getByText(markup).waitFor();
    await thread.getByText(/^opened again by/).waitFor();
    await expect.poll(focused).toBe('Answer');
    expect(await fold.count()).toBe(0);
    await node('cheap').locator('.node-comments').getByText('1').waitFor();
    await thread.getByRole('button', { name: /^Settle the comment/ }).click();
    await node('cheap').locator('.node-comments').waitFor({ state: 'detached' });

    await thread.getByRole('textbox', { name: 'Your comment' }).fill('Still here when it is gone');
    await thread.getByRole('button', { name: 'Comment', exact: true }).click();
    await said.getByText('Still here when it is gone').waitFor();
    await field('Title').fill('dear');
    await said.getByText('Said when this node was called “cheap”.').waitFor();
    await button('Delete').click();
    const gone = page.getByRole('region', { name: 'Comments on nodes that are gone' });
    await gone.getByText('On “cheap”, a node that is gone').waitFor();
    await gone.getByText('Still here when it is gone').waitFor();
  });

  it('come with answers to comments, given by keys alone, and with how many comments are open', async () => {
    const bo = await newPerson('Bo', 'approver');
    const { policy, title } = await toApprove();
    const request = await ask(policy, 'Please look');
    await gateway.api('POST', `/policies/${policy}/comments`, { node: 'cheap', text: 'Is this not too dear?' });
    await gateway.api('POST', `/approvals/${request}/comments`, { text: 'Was it tried?' });
    await openAs(bo, '/approvals');
    await item(`Draft of ${title}`).getByText('2 comments not settled').waitFor();
    await page.goto(`${gateway.url}/approvals/${request}`);
    await page.getByText('1 comment on nodes of the draft is not settled').waitFor();
    const answer = button('Answer the comment “Was it tried?”');
    await answer.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement?.tagName')).toBe('TEXTAREA');
    await page.keyboard.type('Yes, twice');
    await page.route('**/answers', (route) => route.abort());
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The gateway does not answer.').waitFor();
    expect(await field('Your answer').inputValue()).toBe('Yes, twice');
    await page.unroute('**/answers');
    await button('Send the answer').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Answers to “Was it tried?”' }).getByText('Yes, twice').waitFor();
    expect(await field('Your answer').count()).toBe(0);
    await expect.poll(focused).toBe('Answer');

    await page.getByRole('link', { name: 'see it in the drawing' }).click();
    await page.waitForURL('**/edit');
    await heading(`Approval: ${title}`).waitFor({ state: 'detached' });
    await node('cheap').click();
    const thread = page.getByRole('region', { name: 'Comments on this node' });
    await thread.getByText('Is this not too dear?').waitFor();
    await button('Settle the comment “Is this not too dear?”').click();
    await button('1 settled comment').waitFor();
    await page.goto(`${gateway.url}/approvals`);
    await item(`Draft of ${title}`).getByText('1 comment not settled').waitFor();
  });

  it('are seen by those who may only look, without the means to answer', async () => {
    const eve = await newPerson('Eve', 'viewer');
    const { policy, title } = await toApprove();
    const request = await ask(policy, 'Please look');
    const settled = await gateway.api<{ id: string }>('POST', `/approvals/${request}/comments`, { text: 'Settled?' });
    await gateway.api('POST', `/comments/${settled.id}/resolve`);
    await openAs(eve, `/approvals/${request}`);
    await page.getByText('0 of 1 approval.').waitFor();
    await button('1 settled comment').click();
    await page.getByText('Settled?').waitFor();
    for (const name of ['Approve', 'Send back', 'Withdraw', 'Comment', 'Open the comment “Settled?” again'])
      expect(await button(name).count()).toBe(0);
    await page.goto(`${gateway.url}/approvals`);
    await page.getByRole('list', { name: 'Under way' }).getByRole('link', { name: title }).waitFor();
    await page.getByText('A policy can have a rule of its own').waitFor();
    expect(await button('Change the rule of all policies').count()).toBe(0);
    await page.goto(`${gateway.url}/policies/${policy}/publish`);
    await page.getByText('0 of 1 approval.').waitFor();
    expect(await reason().count()).toBe(0);
    expect(here.complaints).toEqual([]);
  });

  it.each(SCHEMES)(
    'have nothing that keeps people out, and no complaint in the console, in %s colours',
    async (scheme) => {
      await comeAgain(scheme);
      const bo = await newPerson('Bo', 'approver');
      await newPerson('Cleo', 'approver');
      const { policy, title } = await toApprove({ ...ONE, approvals: 2 });
      const urgent = await toApprove();
      await open(`/policies/${urgent.policy}/publish`);
      await button('Publish in an emergency').click();
      await dialog().getByRole('textbox', { name: 'Reason' }).fill('The small model is down');
      await look(`approvals-emergency-${scheme}`);
      await dialog()
        .getByRole('button', { name: /without approval$/ })
        .click();
      await page.getByText('Version 2 is live').waitFor();
      await page.goto(`${gateway.url}/policies/${policy}/publish`);
      await page.getByText('2 people have to approve this draft before it is published.').waitFor();
      await look(`approvals-publish-${scheme}`);

      await openAs(bo, `/policies/${policy}`);
      await page.getByText('2 people have to approve each draft').waitFor();
      await look(`approvals-policy-${scheme}`);
      const request = await ask(policy, 'Better answers for everybody who asks hard questions');
      const said = { text: 'Was it tried with long questions?' };
      const { id: tried } = await gateway.api<{ id: string }>('POST', `/approvals/${request}/comments`, said);
      await gateway.api('POST', `/comments/${tried}/answers`, { text: 'Yes, with the forty longest of last week.' });
      const done = await gateway.api<{ id: string }>('POST', `/approvals/${request}/comments`, {
        text: 'Which model?',
      });
      await gateway.api('POST', `/comments/${done.id}/resolve`);
      await gateway.api('POST', `/comments/${tried}/resolve`);
      await gateway.api('POST', `/comments/${tried}/reopen`);
      await page.goto(`${gateway.url}/approvals`);
      await page.getByRole('list', { name: 'Waiting for you' }).getByRole('link', { name: title }).waitFor();
      await look(`approvals-list-${scheme}`);
      await page.goto(`${gateway.url}/approvals/${request}`);
      await page.getByText('Was it tried with long questions?').waitFor();
      await button('1 settled comment').click();
      await button('Next change').click();
      await look(`approvals-request-${scheme}`);
      await button('Approve').click();
      await dialog().waitFor();
      await look(`approvals-answer-${scheme}`);
      await dialog().getByRole('button', { name: 'Approve' }).click();
      await page.getByText('1 of 2 approvals.').waitFor();
      await look(`approvals-approved-${scheme}`);

      await here.context.clearCookies();
      const back = await withTwoVersions();
      await save(back.policy, {
        graph: graphOf({ ...NODES, cheap: modelNode('sandbox/local') }, ['enter.next > cheap']),
      });
      await open(`/policies/${back.policy}/history`);
      await button('Restore version 1').click();
      await page.getByRole('checkbox', { name: 'These changes may be lost' }).waitFor();
      await look(`approvals-restore-${scheme}`);
      await page.getByRole('radio', { name: 'Publish it at once, in an emergency' }).click();
      await look(`approvals-restore-emergency-${scheme}`);
      await page.goto(`${gateway.url}/approvals`);
      await button('Change the rule of all policies').click();
      await page.getByRole('radio', { name: 'Only these people' }).click();
      await look(`approvals-rule-${scheme}`);
      await gateway.api('POST', `/policies/${policy}/comments`, { node: 'cheap', text: 'Is this not too dear?' });
      await page.goto(`${gateway.url}/policies/${policy}/edit`);
      await node('cheap').locator('.node-comments').waitFor();
      await node('cheap').click();
      await page.getByText('Is this not too dear?').waitFor();
      await look(`approvals-comments-${scheme}`);
      expect(here.complaints).toEqual([]);
    },
    180_000,
  );
});
