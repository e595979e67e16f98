/** Who somebody is here whom a provider of sign-in vouches for: known, linked by their address, or new; and as what. */
import type { Knex } from 'knex';
import { type Grant, isAdmin } from '../../policies/access/grants.ts';
import type { Claims } from '../access/openid.ts';
import { endSessionsOf } from '../access/person-sessions.ts';
import { SignalboxError } from '../errors.ts';
import type { Control, ControlStore } from './control.ts';
import { canonicalJson } from './digest.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { type Account, changeGrants, findByEmail, findPerson, hasOtherAdmin, insertPerson } from './people.ts';
import type { SignInProvider } from './sign-in-providers.ts';

const refused = (provider: SignInProvider, why: string): SignalboxError =>
  new SignalboxError('sign_in_refused', { why: `${provider.name} knows you, but ${why}` });

/** What groups give: the grants of all that somebody is in; null where groups do not matter. */
function grantsOfGroups(provider: Pick<SignInProvider, 'groupClaim' | 'groupRoles'>, claims: Claims): Grant[] | null {
  if (provider.groupClaim === null) return null;
  const claimed = claims.all[provider.groupClaim];
  const groups = new Set(Array.isArray(claimed) ? claimed : [claimed]);
  const found = provider.groupRoles
    .filter(({ group }) => groups.has(group))
    .map(({ group: _group, ...grant }) => grant);
  const different = new Map(found.map((grant) => [canonicalJson(grant), grant]));
  return [...different.values()];
}

/** Throws `sign_in_refused` where their address is not of an allowed domain. */
function requireDomain(provider: SignInProvider, { email, emailVerified }: Claims): void {
  if (provider.emailDomains.length === 0) return;
  const domain = email?.split('@').at(-1)?.toLowerCase() ?? '';
  if (emailVerified && provider.emailDomains.includes(domain)) return;
  throw refused(provider, 'your e-mail address is not one of those that may come in here. Ask an admin');
}

async function knownBy(db: Knex, provider: string, subject: string): Promise<Account | undefined> {
  const [person] = await db('person_identities').where({ provider, subject }).pluck('person');
  return person === undefined ? undefined : findPerson(db, String(person));
}

/**
 * The person to sign in, with the grants that their groups give them now; whatever has to change for that is changed, each
 * with its entry. Throws `sign_in_refused` with why; somebody who is in no group any more is signed out everywhere as well.
 */
export async function personOfClaims(
  control: Control,
  provider: SignInProvider,
  organisation: string,
  claims: Claims,
): Promise<Account> {
  requireDomain(provider, claims);
  const grants = grantsOfGroups(provider, claims);
  if (grants?.length === 0) {
    const person = await knownBy(control.db, provider.id, claims.subject);
    if (person) await shutOut(control, { id: 'system', organisation }, person.id);
    throw refused(provider, 'you are in no group that may come in here. Ask an admin');
  }
  return control.together(async (store) => {
    const known = await knownBy(store.db, provider.id, claims.subject);
    const person =
      known ??
      (await comeIn(
        store,
        provider,
        organisation,
        claims,
        grants ?? [{ role: provider.newRole, within: null, content: false }],
      ));
    if (grants === null || canonicalJson(person.grants) === canonicalJson(grants)) return person;
    // Without any admin, nobody could mend the groups.
    const wasAdmin = isAdmin(person.grants) && !isAdmin(grants);
    if (wasAdmin && !(await hasOtherAdmin(store.db, organisation, person.id))) return person;
    const change = { grants, reason: `Groups of ${provider.name}` };
    await changeGrants(store, { id: 'system', organisation }, person.id, change);
    return { ...person, grants };
  });
}

async function shutOut(store: ControlStore, actor: Actor, person: string): Promise<void> {
  const change = { action: 'session.end_all', objectType: 'person', objectId: person, reason: 'In no group any more' };
  await store.change(actor, change, async (trx) => {
    const ended = await endSessionsOf(trx, person, null);
    return { before: null, after: { ended }, value: undefined };
  });
}

/** Links somebody whom the provider was not asked about before to the person with their address, or makes one. */
async function comeIn(
  store: ControlStore,
  provider: SignInProvider,
  organisation: string,
  { subject, email, emailVerified, name }: Claims,
  grants: readonly Grant[],
): Promise<Account> {
  if (email === null || !emailVerified) {
    throw refused(provider, 'it does not say that your e-mail address is yours. Have it confirm the address there');
  }
  const found = await findByEmail(store.db, email);
  if (found && found.organisation !== organisation)
    throw refused(provider, 'your address belongs to somebody else here');
  if (!found && !provider.makesAccounts)
    throw refused(provider, 'you have no account here. Ask an admin to invite you');
  const id = found?.id ?? newId('per');
  const action = found ? 'person.link' : 'person.create';
  const change = { action, objectType: 'person', objectId: id, reason: null };
  return store.change({ id: 'system', organisation }, change, async (trx) => {
    const fields = { name: name?.trim() || email, email, passwordHash: null, grants };
    const person = found ?? (await insertPerson(trx, organisation, id, fields));
    await trx('person_identities').insert({ provider: provider.id, subject, organisation, person: id });
    const after = { provider: provider.id, ...(!found && { grants }) };
    return { before: null, after, value: { passwordHash: null, ...person, organisation } };
  });
}
