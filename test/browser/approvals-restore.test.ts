/** Old versions that are to come back where approvals are asked for. */
import { describe, expect, it } from 'vitest';
import { graphOf } from '../server/gateway/harness.ts';
import { askPolicy, draftOf, modelNode, openDrawings, save } from './drawings.ts';
import { browser, button, dialog, gateway, heading, hold, open, page } from './house.ts';
import { ask, item, NODES, newPerson, openAs, reason, withTwoVersions } from './to-approve.ts';

describe.skipIf(browser === null)('approvals of old versions', () => {
  openDrawings();

  it('are asked for where one is to come back, which becomes the draft', async () => {
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

  it('ask before work in the draft is lost, and keep what was typed meanwhile', async () => {
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
    const letGo = await hold('**/draft');
    await button('Look at the draft as it is now').click();
    await dialog().getByText('Loading the draft').waitFor();
    expect(await dialog().getByRole('button', { name: 'Ask for approval' }).isDisabled()).toBe(true);
    const may = page.getByRole('checkbox', { name: 'These changes may be lost' });
    expect(await may.count()).toBe(0);
    letGo();
    await expect.poll(() => may.isChecked()).toBe(false);
    expect(await dialog().getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('It was cheaper');
    await may.check();
    await dialog().getByRole('button', { name: 'Ask for approval' }).click();
    await heading(`Approval: ${title}`).waitFor();
    await page.goto(`${gateway.url}/approvals/${request}`);
    await page.getByText('void: the draft was edited since').waitFor();
  });

  it('can be done without in an emergency, which is chosen by keys', async () => {
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
});
