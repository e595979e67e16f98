import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeAt } from '../../server/access/one-time-codes.ts';
import { providerInput, startProvider, type TestProvider } from '../server/access/people.ts';
import { SCHEMES, visit } from './browser.ts';
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
} from './house.ts';

const GUEST = 'grace@example.com';
const row = (words: string) => page.getByRole('row').filter({ hasText: words });
const password = (name: string) => page.getByRole('textbox', { name, exact: true });

/** Chooses what to do about somebody in their menu. */
async function act(name: string, what: string): Promise<void> {
  await button(`What to do about ${name}`).click();
  await page.getByRole('menuitem', { name: what }).click();
}

async function signInAs(email: string): Promise<void> {
  await heading('Sign in').waitFor();
  await field('E-mail').fill(email);
  await password('Password').fill(PASSWORD);
  await button('Sign in').click();
}

async function makePerson(name: string, email: string, role = 'viewer'): Promise<string> {
  return (await gateway.api<{ id: string }>('POST', '/people', { name, email, password: PASSWORD, grants: [{ role }] }))
    .id;
}

let provider: TestProvider;

describe.skipIf(browser === null)('the pages of people and sign-in', () => {
  openHouse({ ALLOW_PRIVATE_ISSUERS: 'true' });
  beforeAll(async () => {
    provider = await startProvider();
  });
  afterAll(() => provider?.close());

  it('invite somebody, who chooses a name and a password and is in, to look and change nothing', async () => {
    await open('/people');
    await button('Invite somebody').click();
    await button('Make the invitation').click();
    await page.getByText('Enter the e-mail address that they will sign in with.').waitFor();
    await field('E-mail').fill(GUEST);
    await page.getByLabel('Role', { exact: true }).selectOption('Auditor');
    await look('invite');
    await button('Make the invitation').click();
    const link = await field('The link').inputValue();
    expect(link).toMatch(/\/invitation#sbi_/);
    await look('invitation made');
    await button('I have copied it').click();
    await row(GUEST).getByText('Auditor everywhere').waitFor();

    const guest = await visit(browser ?? '', 'light');
    try {
      await guest.page.goto(link);
      await guest.page
        .getByText('You come as Auditor, who sees everything and changes nothing; reads what was said only if granted.')
        .waitFor();
      await guest.page.getByRole('textbox', { name: 'Your name' }).fill('<b>Grace</b>');
      await guest.page.getByRole('textbox', { name: 'Password', exact: true }).fill(PASSWORD);
      await guest.page.getByRole('textbox', { name: 'The password again', exact: true }).fill('another');
      await guest.page.getByRole('button', { name: 'Make my account' }).click();
      await guest.page.getByText('It is not the same as above.').waitFor();
      await guest.page.getByRole('textbox', { name: 'The password again', exact: true }).fill(PASSWORD);
      await guest.page.getByRole('button', { name: 'Make my account' }).click();
      await guest.page.getByRole('link', { name: /^Your account/ }).waitFor();
      await guest.page.waitForURL(`${gateway.url}/`);
      await guest.page.goto(`${gateway.url}/people`);
      // A name is a text, whatever stands in it.
      await guest.page
        .getByRole('cell', { name: /<b>Grace<\/b>/ })
        .first()
        .waitFor();
      expect(await guest.page.getByRole('button', { name: /What to do about|Invite somebody/ }).count()).toBe(0);
      expect(guest.complaints).toEqual([]);
    } finally {
      await guest.leave();
    }
    await page.reload();
    await row('<b>Grace</b>').waitFor();
    await page.getByText('Nobody is invited at the moment.').waitFor();

    await here.context.clearCookies();
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('alert').getByText('This invitation cannot be used').waitFor();
  });

  it('change a role, unlock, and remove for good, each with its reason', async () => {
    await makePerson('Lin', 'lin@example.com');
    for (let i = 0; i < 5; i++) {
      await here.context.request.post(`${gateway.url}/api/session`, {
        headers: { 'x-signalbox-csrf': '1' },
        data: { email: 'lin@example.com', password: 'wrong' },
      });
    }
    await open('/people');
    await row('Lin')
      .getByText(/^locked until/)
      .waitFor();
    await act('Lin', 'Unlock');
    await page.getByText('Lin can try to sign in again.').waitFor();
    await expect
      .poll(() =>
        row('Lin')
          .getByText(/^locked until/)
          .count(),
      )
      .toBe(0);

    await act('Lin', 'Change the roles');
    await page.getByLabel('Role', { exact: true }).selectOption('Team lead');
    await page.getByLabel('Where it counts').selectOption({ label: 'default' });
    await button('Add another role').click();
    await page.getByLabel('May read what people and models said (role 2)').check();
    await look('change roles');
    await button('Change the roles').click();
    await page.getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('She runs it now');
    await button('Change the roles').click();
    await row('Lin').getByText('Team lead in the team default').waitFor();
    await row('Lin').getByText('Viewer everywhere (reads what was said)').waitFor();

    await act('Lin', 'Remove');
    await field('Reason').fill('She has left');
    await button('Remove for good').click();
    await page.getByText('Type the e-mail address: lin@example.com').waitFor();
    await field('E-mail address').fill('lin@example.com');
    await look('remove person');
    await button('Remove for good').click();
    await expect.poll(() => row('lin@example.com').count()).toBe(0);

    await act('Admin', 'Change the roles');
    await page.getByLabel('Role', { exact: true }).selectOption('Viewer');
    await field('Reason').fill('To see that it is refused');
    await button('Change the roles').click();
    await dialog().getByText('This is the last admin').waitFor();
  });

  it('set up one-time codes, ask for one after the password, and take a recovery code', async () => {
    await makePerson('Ida', 'ida@example.com');
    await open('/account', 'ida@example.com');
    await button('Set up codes').click();
    await password('Your password').fill(PASSWORD);
    await button('Go on').click();
    await page.getByRole('img', { name: 'Picture for an authenticator app' }).waitFor();
    const secret = (await page.getByLabel('The secret').innerText()).replace(/\s/g, '');
    await look('codes set up');
    await field('2. Enter the six digits that it shows now').fill(codeAt(secret, Date.now()));
    await button('Set up codes').last().click();
    await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
    const codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
    expect(codes).toHaveLength(10);
    await look('recovery codes');
    await button('I have kept them').click();
    await page.getByText('10 recovery codes left.').waitFor();

    await button('Sign out').first().click();
    await signInAs('ida@example.com');
    await field('Code').fill('000000');
    await button('Sign in').click();
    await page.getByRole('alert').getByText('The code is not right').waitFor();
    await look('code step');
    await field('Code').fill(codeAt(secret, Date.now() + 30_000));
    await button('Sign in').click();
    await page.getByRole('link', { name: /^Your account/ }).click();
    await button('Turn codes off').click();
    await field('Code').fill(codes[0] ?? '');
    await button('Turn codes off').last().click();
    await button('Set up codes').waitFor();
  });

  it('lead through setting up codes where the role has to have them', async () => {
    const settings = { sessionHours: 12, idleMinutes: 120 };
    await gateway.api('PUT', '/sign-in-settings', { ...settings, codeRoles: ['viewer'] });
    await makePerson('Mia', 'mia@example.com');
    await page.goto(gateway.url);
    await signInAs('mia@example.com');
    const secret = (await page.getByLabel('The secret').innerText()).replace(/\s/g, '');
    await look('codes first');
    await field('2. Enter the six digits that it shows now').fill(codeAt(secret, Date.now()));
    await button('Set up and sign in').click();
    await button('I have kept them').click();
    await page.getByRole('link', { name: /^Your account/ }).waitFor();
    await gateway.api('PUT', '/sign-in-settings', { ...settings, codeRoles: [] });
    expect(here.complaints).toEqual([]);
  });

  it('change name and password, and sign out elsewhere', async () => {
    await makePerson('Eve', 'eve@example.com');
    await open('/account', 'eve@example.com');
    const elsewhere = await visit(browser ?? '', 'light');
    try {
      await elsewhere.page.goto(`${gateway.url}/account`);
      await elsewhere.page.getByLabel('E-mail').fill('eve@example.com');
      await elsewhere.page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
      await elsewhere.page.getByRole('button', { name: 'Sign in' }).click();
      await elsewhere.page.getByText('this one').waitFor();
      await page.reload();
      await row('just now').nth(1).waitFor();
      await button('Sign out everywhere else').click();
      await page.getByText('Signed out there.').waitFor();
      await elsewhere.page.reload();
      await elsewhere.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    } finally {
      await elsewhere.leave();
    }
    await field('Your name').fill('Eve Adams');
    await button('Change the name').click();
    await page.getByText('Your name is changed.').waitFor();
    await page.getByRole('link', { name: /Eve Adams/ }).waitFor();
    await password('The password that you have now').fill('not this one');
    await password('New password').fill('a better password');
    await button('Change the password').click();
    await page.getByText('The password that you have now is not right.').waitFor();
    await password('The password that you have now').fill(PASSWORD);
    await button('Change the password').click();
    await page.getByText('Your password is changed').waitFor();
  });

  it('make a service token, show it once, and revoke it', async () => {
    await open('/service-tokens');
    await page.getByText('There is no service token yet').waitFor();
    await button('New token').click();
    await field('Name').fill('deploy');
    await page.getByLabel('All that its roles may do').check();
    await look('new service token');
    await button('Make the token').click();
    const token = await field('The token').inputValue();
    await button('I have copied it').click();
    expect(await page.content()).not.toContain(token);
    const teams = () => fetch(`${gateway.url}/api/teams`, { headers: { authorization: `Bearer ${token}` } });
    expect((await teams()).status).toBe(200);
    await button('Revoke deploy').click();
    await field('Reason').fill('It is not needed any more');
    await button('Revoke for good').click();
    await row('deploy').getByText('revoked', { exact: true }).waitFor();
    expect((await teams()).status).toBe(401);
    expect(here.complaints).toEqual([]);
  });

  it('add a provider, test it, and sign in and out by it, back where somebody was', async () => {
    await open('/sign-in-settings');
    await page.getByText('There is no provider yet').waitFor();
    await button('New provider').click();
    await button('Add the provider').click();
    await page.getByText('Enter the address of the provider').waitFor();
    const input = providerInput(provider);
    await field('Name').fill('Our house');
    await field('Address of the provider').fill(input.issuer);
    await field('Client id').fill(input.clientId);
    await password('Client secret').fill(input.clientSecret);
    await page.getByLabel('Groups at the provider decide').check();
    await button('Add a group').click();
    await field('Name of group 1').fill('gateway');
    await page.getByLabel('Role of group 1').selectOption('Admin');
    await look('provider form');
    await button('Add the provider').click();
    await page.getByText('and is in one of these groups may come in: gateway as Admin everywhere').waitFor();
    await button('Test Our house').click();
    await page.getByText('The provider answers').waitFor();
    await look('provider');
    await button('Sign out').click();

    await heading('Sign in').waitFor();
    await look('sign in with provider');
    provider.claims = { sub: 'noor', name: 'Noor', email: 'noor@example.com', email_verified: true, groups: ['other'] };
    await page.goto(`${gateway.url}/people`);
    await button('Sign in with Our house').click();
    await page.getByRole('alert').getByText('you are in no group that may come in here').waitFor();
    provider.claims = { ...provider.claims, groups: ['gateway'] };
    await button('Back to the sign-in').click();
    await page.goto(`${gateway.url}/people`);
    await button('Sign in with Our house').click();
    await heading('People').waitFor();
    await row('noor@example.com').getByText('Admin everywhere').waitFor();
    await page.goto(`${gateway.url}/account`);
    await page.getByText('You sign in by a provider.').waitFor();
    await button('Sign out').first().click();
    await heading('Sign in').waitFor();
  });

  it('show everything to who may only look, and no means to change it', async () => {
    await gateway.api('POST', '/service-tokens', {
      name: 'nightly',
      grants: [{ role: 'viewer' }],
      scope: 'read',
      days: 90,
    });
    await makePerson('Vi', 'vi@example.com', 'auditor');
    await open('/service-tokens', 'vi@example.com');
    await row('nightly').getByText('looks only, and changes nothing').waitFor();
    expect(await page.getByRole('button', { name: /New token|Revoke/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Service tokens' }).click();
    await page.getByRole('menuitem', { name: 'Sign-in' }).click();
    await page.getByText('People sign in again after 12 hours').waitFor();
    await page.getByText('Our house').waitFor();
    expect(await page.getByRole('button', { name: /^(New provider|Test|Change|Delete|Save)/ }).count()).toBe(0);
    await look('viewer');
    expect(here.complaints).toEqual([]);
  });

  it('keep nobody out, in light and dark', async () => {
    const invitation = { email: 'olga@example.com', grants: [{ role: 'admin' }] };
    const { page: link } = await gateway.api<{ page: string }>('POST', '/invitations', invitation);
    await gateway.api('POST', '/service-tokens', {
      name: 'reports',
      grants: [{ role: 'viewer' }],
      scope: 'read',
      days: 90,
    });
    for (const scheme of SCHEMES) {
      await comeAgain(scheme);
      await open('/people');
      await row('olga@example.com').waitFor();
      await look(`people ${scheme}`);
      for (const [path, name] of [
        ['/account', 'Your account'],
        ['/service-tokens', 'Service tokens'],
        ['/sign-in-settings', 'Sign-in'],
      ] as const) {
        await page.goto(gateway.url + path);
        await heading(name).waitFor();
        await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'hidden' });
        await look(`${name} ${scheme}`);
      }
      expect(here.complaints).toEqual([]);
      await here.context.clearCookies();
      await page.goto(gateway.url);
      await heading('Sign in').waitFor();
      await button('Sign in with Our house').waitFor();
      await look(`sign in ${scheme}`);
      await page.goto('about:blank');
      await page.goto(gateway.url + link);
      await field('Your name').waitFor();
      await look(`invited ${scheme}`);
    }
  });
});
