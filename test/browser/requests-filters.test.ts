import { describe, expect, it } from 'vitest';
import { makeKey, recordOf } from '../server/gateway/harness.ts';
import { browser, gateway, look, open, page } from './house.ts';
import { chip, openRequests, rows, SIMPLE, send } from './sorted-requests.ts';

describe.skipIf(browser === null)('the list of requests', () => {
  openRequests();

  it('is narrowed by several tags that were seen, each taken away by itself, all of it in the address', async () => {
    await send(SIMPLE, 'user=mia,feature=search');
    await send(SIMPLE, 'user=mia,feature=ads');
    await send(SIMPLE, 'user=noah,feature=search');
    await open('/requests');
    const tag = page.getByRole('combobox', { name: 'Tag' });
    await tag.fill('mia');
    await page.getByRole('option', { name: 'user=mia' }).click();
    await expect.poll(() => rows().count()).toBe(2);
    await tag.fill('feature=search');
    await tag.press('Enter');
    await expect.poll(() => rows().count()).toBe(1);
    await page.reload();
    await chip('user=mia').waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    await chip('user=mia').click();
    await expect.poll(() => rows().count()).toBe(2);
    await chip('feature=search').waitFor();
    expect(new URL(page.url()).search).toBe('?tag=feature%3Dsearch');

    await tag.fill('feature=ads');
    await page.getByRole('button', { name: 'Filter' }).click();
    await chip('feature=ads').waitFor();
    expect(await chip('feature=search').count(), 'a tag has one value').toBe(0);
    await tag.fill('no tag');
    await tag.press('Enter');
    await page.getByText('Write it as name=value').waitFor();
  });

  it('is narrowed by policy, version, cost and time', async () => {
    const id = await send(SIMPLE, 'user=ivy');
    const { cost } = await recordOf(gateway, id);
    expect(cost).toBeGreaterThan(0);
    const before = await send(SIMPLE, 'user=ivy', { model: 'policy/nowhere' });
    expect(before).not.toBe('');
    await open('/requests?tag=user%3Divy');
    await expect.poll(() => rows().count()).toBe(2);

    await page.getByLabel('Policy', { exact: true }).selectOption('sorted');
    await page.getByLabel('Version').selectOption({ label: '1, live' });
    await expect.poll(() => rows().count()).toBe(1);
    await chip('policy sorted').click();
    await expect.poll(() => rows().count()).toBe(2);
    expect(await page.getByLabel('Version').count()).toBe(0);

    const least = page.getByLabel('Cost at least');
    await least.fill('much');
    await least.press('Enter');
    await page.getByText('Write dollars, such as 0.05').waitFor();
    await least.fill((cost / 1e9).toFixed(9));
    await least.press('Enter');
    await expect.poll(() => rows().count()).toBe(1);
    await least.fill(((cost + 1) / 1e9).toFixed(9));
    await least.press('Tab');
    await page.getByText('No request fits').waitFor();
    await least.fill('');
    await least.press('Enter');
    await expect.poll(() => rows().count()).toBe(2);

    const time = page.getByLabel('Time');
    await time.selectOption('last hour');
    await chip('last hour').waitFor();
    await expect.poll(() => rows().count()).toBe(2);
    await time.selectOption('between two moments');
    await page.getByLabel('Until').fill('2020-05-01T12:30');
    await page.getByLabel('Until').press('Enter');
    await page.getByText('This is not after the start.').waitFor();
    await chip('until 1 May 2020, 12:30:00').waitFor();
    await page.getByText('No request fits').waitFor();
    await page.getByLabel('From').fill('2020-04-01T12:30');
    await page.getByLabel('From').press('Enter');
    await chip('from 1 Apr 2020, 12:30:00').waitFor();
    await chip('until 1 May 2020, 12:30:00').click();
    await expect.poll(() => rows().count()).toBe(2);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => new URL(page.url()).search).toBe('');
  });

  it('is narrowed by the key that sent them, by its name, and found from the table of keys', async () => {
    await send(SIMPLE, 'user=of-another-key');
    const { token, key } = await makeKey(gateway, { name: 'Shop' });
    const body = { model: 'policy/sorted', messages: [{ role: 'user', content: SIMPLE }] };
    const answer = await gateway.chat(body, { authorization: `Bearer ${token}` });
    await answer.text();
    await open('/requests');
    await page.getByLabel('Key', { exact: true }).selectOption('Shop');
    await chip('key Shop').waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    expect(new URL(page.url()).search).toBe(`?key=${key.id}`);
    await look('requests-of-a-key');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByText('1 request, as the list is narrowed now.').waitFor();
    const table = await page.getByRole('menuitem', { name: 'A table (CSV)' }).getAttribute('href');
    expect(new URL(table ?? '', gateway.url).searchParams.get('key')).toBe(key.id);
    await page.keyboard.press('Escape');

    await page.goto(`${gateway.url}/keys`);
    const requests = page.getByRole('link', { name: 'Requests of the key Shop' });
    await requests.waitFor();
    await look('keys-with-requests');
    await requests.click();
    await chip('key Shop').waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    await chip('key Shop').click();
    await expect.poll(() => rows().count()).toBeGreaterThan(1);
  }, 90_000);

  it('shows what came in since, when it is asked for again', async () => {
    await send(SIMPLE, 'user=fresh');
    await open('/requests?tag=user%3Dfresh');
    await expect.poll(() => rows().count()).toBe(1);
    await send(SIMPLE, 'user=fresh');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expect.poll(() => rows().count()).toBe(2);
  });
});
