/** The organisation's own policy in the pages: chosen, shown greyed before every drawing, tried and looked back at. */
import { describe, expect, it } from 'vitest';
import { graphOf, idOf, publish } from '../server/gateway/harness.ts';
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
  page,
} from './house.ts';

const NAME = 'Organisation’s rules';
const section = () => page.getByRole('region', { name: 'Policy before every other one' });
const before = () =>
  page.getByRole('group', { name: /^Runs before this policy, set by the organisation: Organisation’s rules/ });

/** Takes the request that asks for the policy by its name. */
const LOOK = {
  cases: [{ port: 'no', label: 'no', when: { fact: 'request.model', operator: 'equal', value: 'policy/plain' } }],
};

let rules = '';
let plain = '';

describe.skipIf(browser === null)('the organisation’s own policy in the pages', () => {
  openHouse();

  it('begins with a template, is published and chosen with a reason, and the list says what it is', async () => {
    await open('/projects');
    await section().getByText('None: requests go to their own policies at once').waitFor();
    await section().getByRole('button', { name: 'Choose what runs first' }).click();
    await dialog().getByRole('link', { name: 'a new policy' }).click();
    await page.getByRole('radio', { name: NAME }).click();
    await button('Make it and open the editor').click();
    await heading(NAME).waitFor();
    rules = new URL(page.url()).pathname.split('/')[2] ?? '';
    await gateway.api('POST', `/policies/${rules}/publish`, { revision: 1, reason: 'for a test' });
    plain = await publish(
      gateway,
      'plain',
      graphOf({ enter: ['request', {}], call: ['model', { model: 'sandbox/small' }] }, ['enter.next > call']),
    );

    await open('/projects');
    await button('Choose what runs first').click();
    await button('Let it run first').click();
    await dialog().getByText('This is how it is now.').waitFor();
    await dialog().getByText('Say why, in a few words.').waitFor();
    // What cannot run before others is not chosen, and nothing that was typed is lost.
    await field('Policy').selectOption({ label: 'plain' });
    await field('Reason').fill('It protects everybody');
    await button('Let it run first').click();
    await dialog()
      .getByText(/No way leads on to the policies of projects/)
      .waitFor();
    expect(await field('Reason').inputValue()).toBe('It protects everybody');
    await field('Policy').selectOption({ label: NAME });
    await button('Let it run first').click();
    await section()
      .getByRole('link', { name: `${NAME}, version 1` })
      .waitFor();

    await open('/policies');
    await card(NAME).getByText('runs before every policy').waitFor();
    await open('/audit');
    await page
      .getByText(/let the policy .*Organisation’s rules.* run before every other one/)
      .first()
      .waitFor();
    expect(here.complaints.filter((one) => !one.includes('422'))).toEqual([]);
  });

  it('stands greyed before the drawing of each policy, on its page and in the editor, and is not part of it', async () => {
    await open(`/policies/${plain}`);
    await before().waitFor();
    await before().getByText('Money of the organisation').waitFor();
    await page.getByText('which the organisation has set for all policies').waitFor();
    await page.getByRole('link', { name: `${NAME}, version 1` }).click();
    await heading(NAME).waitFor();
    // Nothing runs before itself.
    await page.getByRole('heading', { name: 'In words' }).waitFor();
    expect(await before().count()).toBe(0);

    await open(`/policies/${plain}/edit`);
    await before().waitFor();
    await page.getByLabel('Drawing of plain').focus();
    // Going from node to node passes it by.
    await page.keyboard.press('PageDown');
    await page.getByText('Request', { exact: true }).first().waitFor();
    await before().click({ position: { x: 20, y: 100 } });
    await page.keyboard.press('Delete');
    const draft = await gateway.api<{ graph: { nodes: { id: string }[] } }>('GET', `/policies/${plain}/draft`);
    expect(draft.graph.nodes.map(({ id }) => id)).toEqual(['enter', 'call']);
    await before().getByRole('link', { name: NAME }).click();
    await heading(NAME).waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('is gone through when a request is tried, step by step, and kept out of tests', async () => {
    await open(`/policies/${plain}/edit`);
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page.getByRole('status', { name: 'What comes of it' }).getByText('sandbox/small answers').waitFor();
    await page.getByText(`In “${NAME}”, which runs before this policy`).first().waitFor();
    const status = page.getByRole('status', { name: 'What comes of it' });
    await status.getByText('6 steps').waitFor();
    await button('Keep as a test').click();
    await dialog().getByText(`A test runs this policy alone, without “${NAME}”`).waitFor();
    await button('Keep the test').click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: /^Tests/ }).click();
    await page.getByText('All is as expected: 1 of 1.').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('is shown with the way of a request, and a replay takes the same path', async () => {
    const answer = await gateway.chat({
      model: 'policy/plain',
      messages: [{ role: 'user', content: 'write to ada@example.com' }],
    });
    await answer.text();
    await open(`/requests/${idOf(answer)}`);
    await before().waitFor();
    await page.getByText('Before it, set by the organisation').waitFor();
    await page.getByText('Take out personal data').first().waitFor();
    await page.getByText('in the organisation’s own policy').first().waitFor();
    await button('Replay').click();
    await page.getByText('Same path').waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('leaves the impact of a draft comparable with requests that went through it', async () => {
    const { revision } = await gateway.api<{ revision: number }>('GET', `/policies/${plain}/draft`);
    await gateway.api('PUT', `/policies/${plain}/draft`, {
      graph: graphOf({ enter: ['request', {}], call: ['model', { model: 'sandbox/large' }] }, ['enter.next > call']),
      layout: { positions: {}, stickies: [] },
      tests: [],
      revision,
    });
    await open(`/policies/${plain}/publish`);
    await page.getByText('Another model or text answers').first().waitFor();
    expect(here.complaints).toEqual([]);
  });

  it('says what another version of it would have done with requests of all policies', async () => {
    const { revision, graph } = await gateway.api<{ revision: number; graph: { nodes: { kind: string }[] } }>(
      'GET',
      `/policies/${rules}/draft`,
    );
    const nodes = graph.nodes.map((node) =>
      node.kind === 'project' ? { ...node, kind: 'block', settings: { message: 'No.' } } : node,
    );
    const save = (changed: object, at: number) =>
      gateway.api<{ revision: number }>('PUT', `/policies/${rules}/draft`, {
        graph: changed,
        layout: { positions: {}, stickies: [] },
        revision: at,
        tests: [],
      });
    const limited = {
      ...graph,
      nodes: [
        ...nodes,
        { id: 'look', kind: 'match', title: '', settings: LOOK },
        { id: 'on', kind: 'project', title: '', settings: {} },
      ],
      edges: [
        { from: 'enter', port: 'next', to: 'look' },
        { from: 'look', port: 'no', to: 'own' },
        { from: 'look', port: 'else', to: 'on' },
      ],
    };
    const used = ['enter', 'look', 'own', 'on'];
    await save(
      { ...limited, nodes: limited.nodes.filter((node) => 'id' in node && used.includes(String(node.id))) },
      revision,
    );
    await open(`/policies/${rules}/publish`);
    await page.getByText('Refused, where it was answered before').first().waitFor();
    expect(here.complaints).toEqual([]);
  });

  it.each(SCHEMES)('keeps nobody out where it is chosen in %s', async (scheme) => {
    await comeAgain(scheme);
    await open('/projects');
    await section().waitFor();
    await look(`organisation-policy-projects-${scheme}`);
    await section().getByRole('button').click();
    await dialog().getByLabel('Reason').waitFor();
    await look(`organisation-policy-choose-${scheme}`);
  });

  it.each(SCHEMES)('keeps nobody out of drawings in %s', async (scheme) => {
    await comeAgain(scheme);
    await open(`/policies/${plain}`);
    await before().waitFor();
    await look(`organisation-policy-page-${scheme}`);
    await open(`/policies/${plain}/edit`);
    await before().waitFor();
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page.getByText(`In “${NAME}”, which runs before this policy`).first().waitFor();
    await look(`organisation-policy-editor-${scheme}`);
    const { records } = await gateway.api<{ records: { id: string }[] }>('GET', '/records?limit=1');
    await open(`/requests/${records[0]?.id}`);
    await before().waitFor();
    await look(`organisation-policy-request-${scheme}`);
  });

  it('is ended only by saying why', async () => {
    await open('/projects');
    await button('Change what runs first').click();
    await field('Policy').selectOption({ value: '' });
    await button('End it').click();
    await dialog().getByText('Say why, in a few words.').waitFor();
    await field('Reason').fill('Moving house');
    await button('End it').click();
    await section().getByText('None: requests go to their own policies at once').waitFor();
    await open(`/policies/${plain}`);
    await page.getByRole('heading', { name: 'In words' }).waitFor();
    expect(await before().count()).toBe(0);
  });
});
