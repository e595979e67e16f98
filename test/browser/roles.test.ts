import { beforeAll, describe, expect, it } from 'vitest';
import type { Grant } from '../../policies/access/grants.ts';
import { modelGraph } from '../server/control/house.ts';
import { browser, button, comeAgain, gateway, here, look, open, openHouse, PASSWORD, page } from './house.ts';

interface Made {
  readonly id: string;
}

describe.skipIf(!browser)('the pages for limited roles', () => {
  openHouse();
  let own: { team: string; project: string; policy: string };
  let request: string;

  const api = <T>(method: 'POST', path: string, body?: unknown): Promise<T> => gateway.api<T>(method, path, body);
  async function come(name: string, ...grants: (Partial<Grant> & Pick<Grant, 'role'>)[]): Promise<string> {
    const email = `${name.toLowerCase()}@example.com`;
    await api('POST', '/people', { name, email, password: PASSWORD, grants });
    return email;
  }
  async function belongings(name: string): Promise<typeof own> {
    const { id: team } = await api<Made>('POST', '/teams', { name });
    const { id: project } = await api<Made>('POST', '/projects', { name: `${name}-app`, team });
    const graph = modelGraph();
    const layout = { positions: { enter: { x: 0, y: 0 } }, stickies: [] };
    const drawn = { name: `${name}-policy`, title: `${name} policy`, project, graph, layout };
    const { policy } = await api<{ policy: Made }>('POST', '/policies', drawn);
    await api('POST', '/keys', { name: `${name} key`, project });
    return { team, project, policy: policy.id };
  }
  const entries = async (): Promise<string[]> => {
    await button('More').click();
    const others = await page.getByRole('menuitem').allInnerTexts();
    await page.keyboard.press('Escape');
    return [...(await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts()), ...others];
  };

  beforeAll(async () => {
    own = await belongings('search');
    await belongings('billing');
    const answer = await gateway.chat({
      model: 'sandbox/small',
      messages: [{ role: 'user', content: 'What finance never reads' }],
    });
    request = answer.headers.get('x-signalbox-request-id') ?? '';
    await answer.text();
  });

  it('lead a team lead to the team’s things alone', async () => {
    await comeAgain('light');
    await open('/', await come('Lea', { role: 'lead', within: { team: own.team } }));
    await page.getByText('Team lead in the team search').waitFor();
    expect(await entries()).toEqual(
      expect.arrayContaining(['Overview', 'Policies', 'Requests', 'Usage', 'Budgets', 'Keys', 'Models']),
    );
    expect(await entries()).not.toEqual(expect.arrayContaining(['People']));
    await look('start of a team lead');
    await page.goto(`${gateway.url}/keys`);
    await page.getByRole('cell', { name: /^search key/ }).waitFor();
    expect(await page.getByText('billing key').count()).toBe(0);
    await look('keys of a team lead');
  });

  it('show finance a request without what was said', async () => {
    await open(`/requests/${request}`, await come('Fina', { role: 'finance' }));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('sandbox/small').first().waitFor();
    expect(await page.content()).not.toContain('What finance never reads');
    expect(await button(/Show the messages/).count()).toBe(0);
    await look('request for finance');
  });

  it('let an author of one policy draw that one, and look at no other', async () => {
    const email = await come('Aki', { role: 'author', within: { policy: own.policy } });
    await open('/policies', email);
    await page.getByRole('link', { name: 'search policy' }).waitFor();
    expect(await page.getByText('billing policy').count()).toBe(0);
    await page.getByRole('link', { name: 'Edit', exact: true }).first().click();
    await page.getByRole('application').or(page.locator('.react-flow')).first().waitFor();
    await look('editor of one policy');
  });

  it.each<readonly [string, () => Partial<Grant> & Pick<Grant, 'role'>]>([
    ['an app developer', () => ({ role: 'developer', within: { project: own.project } })],
    ['a viewer of one project', () => ({ role: 'viewer', within: { project: own.project } })],
    ['a team lead', () => ({ role: 'lead', within: { team: own.team } })],
    ['finance of one project', () => ({ role: 'finance', within: { project: own.project } })],
    ['an approver', () => ({ role: 'approver' })],
    ['an auditor', () => ({ role: 'auditor' })],
    ['finance', () => ({ role: 'finance' })],
    ['a viewer', () => ({ role: 'viewer' })],
  ])('lead %s from the menu to no page that asks for what they may not see', async (name, grant) => {
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(answer.url());
    });
    await open('/', await come(name.replaceAll(' ', '-'), grant()));
    const main = page.getByRole('navigation', { name: 'Main' });
    await main.waitFor();
    const links = await main.getByRole('link').all();
    await button('More').click();
    links.push(...(await page.getByRole('menuitem').all()));
    for (const path of await Promise.all(links.map((link) => link.getAttribute('href')))) {
      await page.goto(gateway.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await expect
        .poll(() => page.getByRole('status').filter({ hasText: 'Loading' }).count(), { timeout: 60_000 })
        .toBe(0);
    }
    expect(refused).toEqual([]);
    expect(here.complaints).toEqual([]);
  });

  it('say in words that somebody may not see a page', async () => {
    await open('/people', await come('Dev', { role: 'developer' }));
    await page.getByRole('alert').getByText('Your roles do not let you do this.').waitFor();
    expect(await button('Try again').count()).toBe(0);
  });
});
