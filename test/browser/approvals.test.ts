/** Approvals on the pages: asked for where one publishes, answered by somebody else, and what an emergency leaves behind. */
import { describe, expect, it } from 'vitest';
import { graphOf } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { askPolicy, makePolicy, modelNode, node, openDrawings, save } from './drawings.ts';
import { browser, button, comeAgain, dialog, field, gateway, heading, here, look, open, page } from './house.ts';
import {
  ask,
  focused,
  item,
  LIVE,
  NODES,
  newPerson,
  ONE,
  openAs,
  reason,
  toApprove,
  withTwoVersions,
} from './to-approve.ts';

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
