/** Comments on drafts and on requests for approval: written, answered, settled and opened again. */
import { describe, expect, it } from 'vitest';
import { node, openDrawings } from './drawings.ts';
import { browser, button, field, gateway, heading, open, page } from './house.ts';
import { ask, focused, item, newPerson, openAs, toApprove } from './to-approve.ts';

describe.skipIf(browser === null)('comments of approvals', () => {
  openDrawings();

  it('stand on nodes, and are marked on the drawing until they are settled', async () => {
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

  it('are answered by keys alone, and counted as long as they are open', async () => {
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
});
