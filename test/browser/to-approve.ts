import { graphOf } from '../server/gateway/harness.ts';
import { draftOf, makePolicy, modelNode, publishDraft, save } from './drawings.ts';
import { gateway, here, open, PASSWORD, page } from './house.ts';

export const NODES = {
  enter: ['request', { timeZone: 'UTC' }],
  cheap: modelNode('sandbox/small'),
} as const;
export const LIVE = graphOf(NODES, ['enter.next > cheap']);
const NEXT = graphOf({ ...NODES, cheap: modelNode('sandbox/large') }, ['enter.next > cheap']);
export const ONE = { approvals: 1, by: null, emergency: ['admin'] };

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

let made = 0;

export async function newPerson(name: string, role: string): Promise<Person> {
  const email = `${name.toLowerCase()}-${++made}@example.com`;
  const body = { name, email, password: PASSWORD, grants: [{ role }] };
  return { ...(await gateway.api<{ id: string }>('POST', '/people', body)), name, email };
}

const setRule = (policy: string, rule: object) =>
  gateway.api('PUT', `/policies/${policy}/approval-rule`, { rule, reason: 'So that two people look at it' });

/** A policy with a live version, another drawing as its draft, and a rule that asks for one approval. */
export async function toApprove(rule: object = ONE): Promise<{ policy: string; name: string; title: string }> {
  const policy = await makePolicy(LIVE);
  await publishDraft(policy.policy, 'The first of them');
  await save(policy.policy, { graph: NEXT });
  await setRule(policy.policy, rule);
  return policy;
}

/** Asks for approval as a program does; gives the id of the request. */
export async function ask(policy: string, reason: string): Promise<string> {
  const { revision } = await draftOf(policy);
  return (await gateway.api<{ id: string }>('POST', `/policies/${policy}/approvals`, { revision, reason })).id;
}

export const reason = () => page.getByRole('textbox', { name: 'Reason' });
export const focused = () => page.evaluate('document.activeElement?.textContent');
export const item = (name: string) => page.getByRole('listitem', { name, exact: true });

/** Comes as somebody else. */
export async function openAs({ email }: Person, path: string): Promise<void> {
  await here.context.clearCookies();
  await open(path, email);
}

/** A policy whose second version is live, with a rule that asks for one approval. */
export async function withTwoVersions(): Promise<{ policy: string; name: string; title: string }> {
  const made = await toApprove({ ...ONE, approvals: 0 });
  await publishDraft(made.policy, 'The second');
  await setRule(made.policy, ONE);
  return made;
}
