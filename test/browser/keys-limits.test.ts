import { describe, expect, it } from 'vitest';
import { makeKey } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  comeAgain,
  dialog,
  field,
  gateway,
  heading,
  look,
  open,
  openHouse,
  PASSWORD,
  page,
  send,
} from './house.ts';

const DAY = 86_400_000;
const row = (words: string) => page.getByRole('row').filter({ hasText: words });
const tick = (name: string) => page.getByRole('checkbox', { name, exact: true });
const ENDPOINTS = ['Responses', 'Messages', 'Embeddings', 'The list of models', 'Counting tokens'];

interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly endpoints: string[] | null;
  readonly models: string[] | null;
  readonly networks: string[] | null;
  readonly policies: string[] | null;
  readonly expiresAt: number | null;
}
async function stored(name: string): Promise<StoredKey | undefined> {
  const { keys } = await gateway.api<{ keys: StoredKey[] }>('GET', '/keys');
  return keys.find((key) => key.name === name);
}

describe.skipIf(browser === null)('limits of keys', () => {
  openHouse();

  it('are set for a new key, with words for what is wrong, and hold', async () => {
    await open('/keys/new');
    await field('Name').fill('till');
    expect(await tick('Messages').count()).toBe(0);
    await button('Limit what it can do').click();
    for (const name of [...ENDPOINTS, 'Feedback on answers', 'Reading its own requests', 'Chat completions']) {
      await tick(name).uncheck();
    }
    await field('Models').fill('Not A Model');
    await page.keyboard.press('Enter');
    await field('Networks').fill('10.1.2.3/8');
    await page.getByRole('radio', { name: 'Until a moment to come' }).check();
    await button('Hide the limits').click();
    await button('Make the key').click();
    await page.getByText('Choose at least one, or nothing could be done with the key.').waitFor();
    await page.getByText('“Not A Model” names no model.').waitFor();
    await page.getByText('Write 10.0.0.0/8 for the network').waitFor();
    await page.getByText('Choose a moment to come. To stop a key now, revoke it.').waitFor();

    await tick('Chat completions').check();
    await field('Models').focus();
    await page.keyboard.press('Backspace');
    await field('Models').fill('sandbox/sm');
    await page.getByRole('option', { name: 'sandbox/small', exact: true }).click();
    await field('Networks').fill('10.0.0.0/8\n127.0.0.1');
    // The pages stand in UTC, wherever the tests do.
    const end = new Date(Date.now() + 3.5 * DAY).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length);
    await page.getByLabel('It ends').fill(end);
    await button('Make the key').click();
    await heading('Your new key').waitFor();
    const token = await field('The key').inputValue();
    expect(await page.getByRole('tabpanel').innerText()).toContain('sandbox/small');
    expect(await stored('till')).toMatchObject({
      endpoints: ['chat.completions'],
      models: ['sandbox/small'],
      networks: ['10.0.0.0/8', '127.0.0.1'],
      policies: null,
      expiresAt: Date.parse(`${end}Z`),
    });
    expect(await send(token)).toBe(200);
    const list = await fetch(`${gateway.url}/v1/models`, { headers: { 'x-api-key': token } });
    expect(list.status).toBe(403);
    await page.getByRole('link', { name: 'I have copied it' }).click();
    for (const words of ['For: chat completions', 'Models: sandbox/small', 'From: 10.0.0.0/8, 127.0.0.1']) {
      await row('till').getByText(words).waitFor();
    }
    await row('till').getByText('ends in 3 days').waitFor();
    await row('first key').getByText('what its project may').waitFor();
  });

  it('are changed by keyboard, with a reason that the history keeps', async () => {
    const { token } = await makeKey(gateway, { name: 'moving', networks: ['127.0.0.1'] });
    expect(await send(token)).toBe(200);
    await open('/keys');
    await button('Change the limits of moving').focus();
    await page.keyboard.press('Enter');
    await dialog().waitFor();
    expect(await field('Networks').inputValue()).toBe('127.0.0.1');
    await field('Networks').fill('10.0.0.0/8');
    await page.getByRole('radio', { name: 'Only some' }).check();
    await button('Change the limits').click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await dialog().getByText('Choose at least one policy.').waitFor();
    await field('Policies').fill('Start');
    await page.getByRole('option', { name: 'Starter' }).click();
    await field('Reason').fill('It moved to the data centre.');
    await page.keyboard.press('Enter');
    await page.getByText('The limits of “moving” are changed.').waitFor();
    await dialog().waitFor({ state: 'detached' });
    expect(await page.locator('button:focus').getAttribute('aria-label')).toBe('Change the limits of moving');
    await row('moving').getByText('From: 10.0.0.0/8').waitFor();
    await row('moving').getByText('Policies: Starter').waitFor();
    expect(await send(token)).toBe(403);
    expect(await stored('moving')).toMatchObject({ networks: ['10.0.0.0/8'], endpoints: null, models: null });
    const { entries } = await gateway.api<{ entries: { action: string; reason: string }[] }>('GET', '/history?limit=1');
    expect(entries).toMatchObject([{ action: 'key.change_limits', reason: 'It moved to the data centre.' }]);
  });

  it('that somebody else has changed meanwhile are shown, and nothing that was typed is lost', async () => {
    await makeKey(gateway, { name: 'shared', networks: ['127.0.0.1'] });
    const { id = '', revision = 0 } = (await stored('shared')) ?? {};
    await open('/keys');
    await button('Change the limits of shared').click();
    await field('Networks').fill('10.0.0.0/8');
    await field('Reason').fill('the office moved');
    const theirs = { policies: null, endpoints: null, models: ['sandbox/*'], networks: null, expiresAt: null };
    await gateway.api('PUT', `/keys/${id}/limits`, { ...theirs, revision, reason: 'for a test' });
    await button('Change the limits').click();
    const alert = dialog().getByRole('alert');
    await alert.getByText('Somebody has changed these limits in the meantime').waitFor();
    await alert.getByText('Models: sandbox/*').waitFor();
    expect([await field('Networks').inputValue(), await field('Reason').inputValue()]).toEqual([
      '10.0.0.0/8',
      'the office moved',
    ]);
    expect((await stored('shared'))?.networks).toBeNull();
    await look('key-limits-conflict');
    await button('Change the limits').click();
    await page.getByText('The limits of “shared” are changed.').waitFor();
    expect(await stored('shared')).toMatchObject({ networks: ['10.0.0.0/8'], models: null, revision: revision + 2 });
  });

  it('stand beside when the key was last used, by which those that nobody uses are found', async () => {
    const { token } = await makeKey(gateway, { name: 'busy' });
    await makeKey(gateway, { name: 'idle' });
    expect(await send(token)).toBe(200);
    await open('/keys');
    await row('busy')
      .getByText(/^(within the hour|1 hour ago)$/)
      .waitFor();
    await row('idle').getByText('never', { exact: true }).waitFor();
    await field('Last used').selectOption('never');
    await row('busy').waitFor({ state: 'detached' });
    await row('idle').waitFor();
    await field('Last used').selectOption('within 30 days');
    await row('idle').waitFor({ state: 'detached' });
    await row('busy').waitFor();
  });

  it('keep what was typed when the gateway does not take it', async () => {
    await makeKey(gateway, { name: 'stubborn' });
    await open('/keys');
    await button('Change the limits of stubborn').click();
    await field('Models').fill('nobodys-alias');
    await page.keyboard.press('Enter');
    await field('Reason').fill('to see');
    await button('Change the limits').click();
    await dialog().getByRole('alert').getByText('alias “nobodys-alias” of a model').waitFor();
    expect(await field('Reason').inputValue()).toBe('to see');
    await dialog().getByText('nobodys-alias', { exact: true }).waitFor();
    await button('Cancel').click();
    expect((await stored('stubborn'))?.models).toBeNull();
  });

  it('are those of a key that takes the place of another, which ends by itself', async () => {
    const { token } = await makeKey(gateway, { name: 'turning', endpoints: ['chat.completions', 'models'] });
    await open('/keys');
    await button('Replace turning').click();
    await field('Name of the new key').fill('turned');
    await button('Make the new key').click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('every half year');
    await button('Make the new key').click();
    const made = await field('The key').inputValue();
    await button('I have copied it').click();
    await row('turning')
      .getByText(/^ends in [67] days$/)
      .waitFor();
    await row('turned').getByText('For: chat completions, the list of models').waitFor();
    expect([await send(token), await send(made)]).toEqual([200, 200]);
    const { entries } = await gateway.api<{ entries: { action: string; reason: string }[] }>('GET', '/history?limit=1');
    expect(entries).toMatchObject([{ action: 'key.replace', reason: 'every half year' }]);
  });

  it('are seen by viewers, who have no means to change them', async () => {
    const email = 'vi@example.com';
    const viewer = { name: 'Vi', email, password: PASSWORD, grants: [{ role: 'viewer' }] };
    await gateway.api('POST', '/people', viewer);
    await makeKey(gateway, { name: 'shown', endpoints: ['feedback'] });
    await open('/keys', email);
    await row('shown').getByText('For: feedback on answers').waitFor();
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  });

  it.each(SCHEMES)('keep nobody out, in %s colours', async (scheme) => {
    const limits = { endpoints: ['chat.completions', 'embeddings'], models: ['sandbox/*'], networks: ['10.0.0.0/8'] };
    await makeKey(gateway, { name: `limited ${scheme}`, ...limits, expiresAt: Date.now() + 5.5 * DAY });
    await comeAgain(scheme);
    await open('/keys');
    await row(`limited ${scheme}`).getByText('ends in 5 days').waitFor();
    await look(`key-limits-list-${scheme}`);
    await button(`Replace limited ${scheme}`).click();
    await field('Reason').waitFor();
    await look(`key-replace-${scheme}`);
    await button('Cancel').click();
    await button(`Change the limits of limited ${scheme}`).click();
    await field('Reason').waitFor();
    await look(`key-limits-dialog-${scheme}`);
    await field('Networks').fill('10.0.0.7/8');
    await button('Change the limits').click();
    await page.getByText('Write 10.0.0.0/8 for the network').waitFor();
    await look(`key-limits-wrong-${scheme}`);
    await page.goto(`${gateway.url}/keys/new`);
    await button('Limit what it can do').click();
    await field('Models').click();
    await page.getByRole('option', { name: 'sandbox/*' }).waitFor();
    await look(`key-limits-new-${scheme}`);
  });
});
