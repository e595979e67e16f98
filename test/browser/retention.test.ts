import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, graphOf, makeDefault, makeKey, publish } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
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
  openHouse,
  PASSWORD,
  page,
  send,
} from './house.ts';

const VIEWER = 'vi@example.org';
const LEAD = 'leo@example.org';
const region = (name: string) => page.getByRole('region', { name, exact: true });
const radio = (name: string) => page.getByRole('radio', { name, exact: true });
const act = (name: string | RegExp) => dialog().getByRole('button', { name, exact: true });

describe.skipIf(browser === null)('what is kept, and what goes', () => {
  openHouse();
  let token: string;
  beforeAll(async () => {
    await gateway.api('POST', '/people', {
      name: 'Vi',
      email: VIEWER,
      password: PASSWORD,
      grants: [{ role: 'viewer' }],
    });
    const { teams } = await gateway.api<{ teams: { id: string }[] }>('GET', '/teams');
    await gateway.api('POST', '/people', {
      name: 'Leo',
      email: LEAD,
      password: PASSWORD,
      grants: [{ role: 'lead', within: { team: teams[0]?.id } }],
    });
    const graph = graphOf(
      { enter: ['request', {}], call: ['model', { model: 'asked', timeoutSeconds: 20, retries: 0 }] },
      ['enter.next > call'],
    );
    await makeDefault(gateway, await publish(gateway, 'plain', graph));
    ({ token } = await makeKey(gateway));
    for (let i = 0; i < 12; i++) expect(await send(token, `user=${i < 8 ? 'ada' : 'bob'}`)).toBe(200);
  }, 120_000);

  const newest = async (user: string): Promise<string> => {
    const { records } = await gateway.api<{ records: { id: string }[] }>('GET', `/records?limit=1&tag.user=${user}`);
    return records[0]?.id ?? '';
  };
  const entries = async (action: string) =>
    (await gateway.api<{ entries: { reason: string; after: unknown }[] }>('GET', `/history?action=${action}&limit=9`))
      .entries;

  it('shows messages when they are asked for, and says that this is written down', async () => {
    const id = await newest('bob');
    await open(`/requests/${id}`);
    await page.getByText('That you looked is written to the history.').waitFor();
    expect(await page.getByText('What is the capital of Australia?').count()).toBe(0);
    expect(await entries('record.view_content')).toEqual([]);
    await look('messages-hidden');
    await button('Show the messages').focus();
    await page.keyboard.press('Enter');
    await page.getByText('What is the capital of Australia?').first().waitFor();
    expect(await entries('record.view_content')).toHaveLength(1);
    await look('messages-shown');
    expect(here.complaints).toEqual([]);
  });

  it('says why somebody cannot read them, and gives no means to change what is kept', async () => {
    await open(`/requests/${await newest('bob')}`, VIEWER);
    await page.getByText('your role does not let you read it').waitFor();
    expect(await button('Show the messages').count()).toBe(0);
    await page.goto(`${gateway.url}/projects`);
    await region('What is kept').getByText('What models got and wrote is kept for ever').waitFor();
    await region('Deletions').getByText('No deletion was needed or asked for yet.').waitFor();
    expect(await button('Change what is kept').count()).toBe(0);
    expect(await button('Delete what is known of somebody').count()).toBe(0);
    expect(here.complaints).toEqual([]);
  });

  it('shows the lead of a team what is kept, and no deletions of others', async () => {
    await open('/projects', LEAD);
    await region('What is kept').getByText('What models got and wrote is kept for ever').waitFor();
    expect(await region('Deletions').count()).toBe(0);
    await page.goto(`${gateway.url}/requests/${await newest('bob')}`);
    await button('Show the messages').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('changes what is kept of a project, with a warning, problems in words, and nothing lost', async () => {
    await open('/projects');
    await button('Change what is kept').click();
    await act('Change what is kept').click();
    await dialog().getByText('This is what it is now.').waitFor();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await field('Of which requests').selectOption({ index: 1 });
    await radio('Everything, as apps sent and got it').check();
    await dialog().getByText('Personal data is then stored').waitFor();
    await field('Days that what is said is kept').fill('forty');
    await field('Days that requests are kept').fill('30');
    await field('Reason').fill('To find out what goes wrong');
    await act('Change what is kept').click();
    await dialog().getByText('Give a number of days').waitFor();
    await field('Days that what is said is kept').fill('40');
    await act('Change what is kept').click();
    await dialog().getByText('give it 30 days or fewer').waitFor();
    await field('Days that what is said is kept').fill('7');
    await dialog().getByText('What is older than that is deleted for good').waitFor();
    await look('change-kept');
    await act('Change what is kept').click();
    await region('What is kept')
      .getByText(/is kept for 7 days, also what policies take out/)
      .waitFor();
    const [entry] = await entries('project.set_content');
    expect(entry).toMatchObject({
      reason: 'To find out what goes wrong',
      after: { content: 'full', contentDays: 7, recordDays: 30 },
    });

    await button('Change what is kept').click();
    await field('Of which requests').selectOption({ index: 1 });
    await radio('As for all projects').check();
    await field('Reason').fill('Found');
    await act('Change what is kept').click();
    await expect
      .poll(() =>
        region('What is kept')
          .getByText(/for 7 days/)
          .count(),
      )
      .toBe(0);
    expect(here.complaints).toEqual([]);
  });

  it('finds what is known of somebody, and deletes it only when it is told to', async () => {
    await open('/projects');
    await button('Delete what is known of somebody').click();
    await act('Find the requests').click();
    await dialog().getByText('Give the value of the tag').waitFor();
    await field('Its value').fill('nobody');
    await act('Find the requests').click();
    await dialog().getByText('No request carries this tag with this value').waitFor();
    await field('Its value').fill('ada');
    await act('Find the requests').click();
    await dialog().getByText('8 requests would be deleted for good').waitFor();
    await act('Delete 8 requests for good').click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('A person asked for it');
    await look('delete-known');
    await act('Delete 8 requests for good').click();
    const row = region('Deletions').getByRole('row').filter({ hasText: 'All of one user' });
    await row.getByText('8 requests', { exact: true }).waitFor();
    await row.getByText('A person asked for it').waitFor();
    await eventually(async () => expect(await entries('deletion.end')).toHaveLength(1));
    const { records } = await gateway.api<{ records: unknown[] }>('GET', '/records?tag.user=ada');
    expect(records).toEqual([]);
    await page.goto(`${gateway.url}/audit?about=deletion`);
    await page.getByText('began to delete 8 requests of one user for good').waitFor();
    await page.getByText(/has deleted 8 requests but for what they cost/).waitFor();
    expect(here.complaints).toEqual([]);
  });

  it.each(SCHEMES)('keeps nobody out (%s)', async (scheme) => {
    await comeAgain(scheme);
    await open('/projects');
    await heading('Projects and teams').waitFor();
    await region('Deletions').getByRole('row').nth(1).waitFor();
    await look(`kept-${scheme}`);
    await button('Change what is kept').click();
    await radio('Everything, as apps sent and got it').check();
    await field('Days that what is said is kept').fill('7');
    await look(`change-kept-${scheme}`);
    await act('Cancel').click();
    await button('Delete what is known of somebody').click();
    await field('Its value').fill('bob');
    await act('Find the requests').click();
    await dialog().getByText('4 requests would be deleted for good').waitFor();
    await look(`delete-known-${scheme}`);
    await page.goto(`${gateway.url}/requests/${await newest('bob')}`);
    await button('Show the messages').waitFor();
    await look(`messages-${scheme}`);
    expect(here.complaints).toEqual([]);
  });
});
