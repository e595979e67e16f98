import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../server/alerts/desk.ts';
import { graphOf } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import {
  browser,
  button,
  card,
  comeAgain,
  dialog,
  field,
  gateway,
  heading,
  here,
  look,
  open,
  openHouse,
  PASSWORD,
  page,
} from './house.ts';

const row = (words: string) => page.getByRole('row').filter({ hasText: words });

let receiver: Receiver;

/** Asks for more of a new budget, which channels for that are told of. */
async function askForMore(name: string): Promise<void> {
  const budget = { name, scope: [], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 1e9, owner: null };
  const { id } = await gateway.api<{ id: string }>('POST', '/budgets', { ...budget, reason: 'for a test' });
  await gateway.api('POST', '/budget-requests', { budget: id, scope: '', amount: 5e9, reason: 'The release is late' });
}

describe.skipIf(browser === null)('the page of alerts', () => {
  openHouse({ ALLOW_PRIVATE_WEBHOOKS: 'true', SMTP_URL: 'smtp://127.0.0.1:9', ALERT_FROM: 'signalbox@example.com' });
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver?.close());

  it('makes a webhook, shows its secret once, tests it, and says what came of that', async () => {
    await open('/alerts');
    await page.getByText('There is no channel yet').waitFor();
    await page.getByText('Nobody was told anything yet').waitFor();
    await page.getByRole('button', { name: 'New channel' }).first().click();
    await button('Make the channel').click();
    await page.getByText('Give it a name, such as “Finance”.').waitFor();
    await page.getByText('Enter the address that messages go to.').waitFor();
    await field('Name').fill('Finance');
    await field('Address').fill(`${receiver.url}/a-secret-path`);
    await page.getByLabel('Requests for more').check();
    await look('channel form');
    await button('Make the channel').click();
    const secret = await field('The secret').inputValue();
    expect(secret).toMatch(/^whsec_/);
    await button('I have copied it').click();
    await card('Finance').getByText(`${receiver.url}/…`).waitFor();
    await card('Finance').getByText('Told of budgets, requests for more, and by alerts in policies.').waitFor();
    expect(await page.content()).not.toContain('a-secret-path');
    expect(await page.content()).not.toContain(secret);

    await button('Send a test to Finance').click();
    await card('Finance').getByText('The test has arrived').waitFor();
    await row('A test of the channel Finance').getByText('Delivered').waitFor();
    const { headers, body, path } = receiver.received[0] ?? { headers: {}, body: '', path: '' };
    expect(path).toBe('/a-secret-path');
    const digest = createHmac('sha256', secret).update(`${headers['x-signalbox-timestamp']}.${body}`).digest('hex');
    expect(headers['x-signalbox-signature']).toBe(`v1=${digest}`);

    await button('New secret for Finance').click();
    await button('Make a new secret').click();
    expect(await field('The secret').inputValue()).not.toBe(secret);
    await button('I have copied it').click();
    expect(here.complaints).toEqual([]);
  });

  it('shows what did not arrive and why, tries it again when asked to, and narrows the log', async () => {
    receiver.answer = (response) => response.writeHead(503).end('Closed for today');
    await askForMore('Research');
    await open('/alerts');
    const message = row('Somebody asks for more of the budget “Research”');
    await message.getByText('It answered 503 (Service Unavailable): “Closed for today”.').waitFor();
    await button('Send a test to Finance').click();
    await card('Finance').getByText('The test did not arrive').waitFor();
    await page.getByLabel('State').selectOption('Waiting');
    await message.waitFor();
    await expect.poll(() => row('A test of').count()).toBe(0);
    await page.getByLabel('State').selectOption('Delivered');
    await expect.poll(() => message.count()).toBe(0);
    await page.getByLabel('State').selectOption('any');
    receiver.answer = (response) => response.writeHead(204).end();
    await button('Try “Somebody asks for more of the budget “Research”” again now').click();
    await message.getByText('Delivered').waitFor();
    await page.getByLabel('About').selectOption('A test');
    await expect.poll(() => message.count()).toBe(0);
  });

  it('changes a channel, makes one for e-mail, and asks before one is deleted', async () => {
    await open('/alerts');
    await button('Change Finance').click();
    await field('Quiet after a message, in minutes').fill('ten');
    await page.getByLabel('Unusual spending').check();
    await button('Change the channel').click();
    await page.getByText('Write a whole number of minutes').waitFor();
    await field('Quiet after a message, in minutes').fill('10');
    await button('Change the channel').click();
    await card('Finance').getByText('it is left in peace for 10 minutes').waitFor();

    await page.getByRole('button', { name: 'New channel' }).click();
    await page.getByText('E-mail', { exact: true }).click();
    await field('Name').fill('Finance');
    await field('Receivers').fill('ada@example.org');
    await page.keyboard.press('Enter');
    await button('Make the channel').click();
    await dialog().getByRole('alert').getByText('There is already a channel of that name.').waitFor();
    await field('Name').fill('Owners');
    await button('Make the channel').click();
    await card('Owners').getByText('ada@example.org').waitFor();
    await button('Send a test to Owners').click();
    await card('Owners').getByText('The mail server cannot be reached').first().waitFor();
    await button('Delete Owners').click();
    await page.getByText('messages that still wait for it are not sent').waitFor();
    await button('Delete the channel').click();
    await expect.poll(() => card('Owners').count()).toBe(0);
    await row('A test of the channel Owners').getByText('Not delivered').waitFor();
  });

  it('is looked at by people who may change nothing, without the means to', async () => {
    const viewer = { name: 'Vi', email: 'vi@example.org', password: PASSWORD, grants: [{ role: 'viewer' }] };
    await gateway.api('POST', '/people', viewer);
    await open('/alerts', viewer.email);
    await card('Finance').waitFor();
    await row('Somebody asks for more').waitFor();
    const main = page.getByRole('main');
    expect(await main.getByRole('button').allInnerTexts()).toEqual([]);
  });

  it('is where an alert in a policy finds its channel, or makes one', async () => {
    const graph = graphOf({ enter: ['request', {}], watch: ['alert', {}], call: ['model', { model: 'asked' }] }, [
      'enter.next > watch',
      'watch.next > call',
    ]);
    const made = await gateway.api<{ policy: { id: string } }>('POST', '/policies', {
      name: 'watched',
      title: 'Watched',
      graph,
    });
    await open(`/policies/${made.policy.id}/edit?node=watch`);
    const form = page.getByRole('form', { name: 'Settings' });
    await form.getByText('No channel is chosen yet.').waitFor();
    await field('Channel').click();
    await page.getByRole('option', { name: 'Finance' }).click();
    await form.getByText(`Signed webhook, ${receiver.url}/…`).waitFor();
    await field('Message').fill('{team} asks {prompt}');
    await form.getByText('Nothing is known to put in place of {prompt}.').waitFor();
    await field('Message').fill('{team} is here');
    await expect.poll(() => form.getByText('Nothing is known').count()).toBe(0);
    await button('Make a channel').click();
    await field('Name').fill('Operators');
    await field('Address').fill(receiver.url);
    await button('Make the channel').click();
    await button('I have copied it').click();
    await expect.poll(() => field('Channel').inputValue()).toBe('Operators');
    const settings = async () => {
      const draft = await gateway.api<{ graph: { nodes: { id: string; settings: unknown }[] } }>(
        'GET',
        `/policies/${made.policy.id}/draft`,
      );
      return draft.graph.nodes.find(({ id }) => id === 'watch')?.settings;
    };
    await expect.poll(settings, { timeout: 15_000 }).toMatchObject({ channel: 'Operators', text: '{team} is here' });
    await look('alert node');
    expect(here.complaints).toEqual([]);
  });

  it.each(SCHEMES)('keeps nobody out in %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/alerts');
    await heading('Alerts').waitFor();
    await row('Somebody asks for more').waitFor();
    await look(`alerts ${scheme}`);
    await page.getByRole('button', { name: 'New channel' }).click();
    await field('Name').waitFor();
    await look(`new channel ${scheme}`);
    expect(here.complaints).toEqual([]);
  });
});
