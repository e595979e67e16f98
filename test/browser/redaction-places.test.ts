/** The page of a request says of each redact node where it has found something, in words. */
import { beforeAll, describe, expect, it } from 'vitest';
import { graphOf, idOf, publish } from '../server/gateway/harness.ts';
import { SCHEMES } from './browser.ts';
import { browser, comeAgain, gateway, here, look, open, openHouse, page } from './house.ts';

const EMAIL = 'bob@example.com';
const PHONE = '+49 30 901820';
const redact = (detect: string) =>
  ['redact', { rules: [{ detect, action: 'placeholder' }], ifUnavailable: 'refuse' }] as const;

describe.skipIf(browser === null)('where something was found in a request', { timeout: 120_000 }, () => {
  openHouse();
  beforeAll(async () => {
    const nodes = {
      enter: ['request', {}],
      mail: redact('email'),
      phone: redact('phone'),
      call: ['model', { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 }],
    } as const;
    const edges = [
      'enter.next > mail',
      'mail.found > phone',
      'mail.clean > phone',
      'phone.found > call',
      'phone.clean > call',
    ];
    await publish(gateway, 'careful', graphOf(nodes, edges));
  });

  /** Sends these texts as messages, and opens the page of that request. */
  async function openRequestOf(texts: readonly string[]): Promise<void> {
    const messages = texts.map((content, i) => ({ role: i === 0 ? 'system' : 'user', content }));
    const answer = await gateway.chat({ model: 'policy/careful', messages });
    expect(answer.status, await answer.text()).toBe(200);
    await open(`/requests/${idOf(answer)}`);
  }
  const places = (node: string) => page.getByRole('list', { name: `Where “${node}” found something`, exact: true });

  it('is said of each node that looked, and the values are nowhere on the page', async () => {
    await openRequestOf([`For ${EMAIL}.`, 'Hello.', `Is ${EMAIL} or ann@example.com at ${PHONE}?`]);
    await places('mail').waitFor();
    expect(await places('mail').getByRole('listitem').allInnerTexts()).toEqual([
      'Message 1 (system): 1 × E-mail address',
      'Message 3 (user): 2 × E-mail address',
    ]);
    expect(await places('phone').getByRole('listitem').allInnerTexts()).toEqual(['Message 3 (user): 1 × Phone number']);
    const shown = await page.locator('main').innerText();
    for (const value of [EMAIL, 'ann@example.com', '901820']) expect(shown).not.toContain(value);
    expect(here.complaints).toEqual([]);
  });

  it('is folded in where there are many places, and opens with the keyboard', async () => {
    await openRequestOf(['Be brief.', ...Array.from({ length: 70 }, () => `To ${EMAIL}.`)]);
    await places('mail').waitFor();
    expect(await places('mail').getByRole('listitem').count()).toBe(6);
    const rest = page.getByRole('list', { name: 'Where “mail” found something, further places' });
    expect(await rest.isVisible()).toBe(false);
    await page.getByText('And in 64 more places').focus();
    await page.keyboard.press('Enter');
    await rest.waitFor();
    const lines = await rest.getByRole('listitem').allInnerTexts();
    expect(lines).toHaveLength(45);
    expect(lines.slice(-2)).toEqual(['Message 51 (user): 1 × E-mail address', '20 more places: 20 × E-mail address']);
    expect(await page.getByRole('list', { name: 'Where “phone” found something' }).count()).toBe(0);
  });

  it.each(SCHEMES)('looks as it should in %s', async (scheme) => {
    await comeAgain(scheme);
    await openRequestOf(['Be brief.', ...Array.from({ length: 9 }, () => `To ${EMAIL}, or ${PHONE}.`)]);
    await places('phone').waitFor();
    await look(`request-places-${scheme}`);
  });
});
