/** Providers of sign-in by OpenID Connect: where they are, whom they may let in, and as what. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { grantFields, isPossible, NEVER_READS } from '../../policies/access/grants.ts';
import { roleSchema } from '../../policies/access/roles.ts';
import { readIssuer } from '../access/issuer-fetch.ts';
import type { OpenIdClient } from '../access/openid.ts';
import { endSessionsOf } from '../access/person-sessions.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema, nameSchema } from './input.ts';
import type { SignInTools } from './sign-in-tools.ts';

const MOST_PROVIDERS = 20;

const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'A scope has no spaces and no quotes.');
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/,
    'A domain is what stands after the @, such as example.com.',
  );

const groupGrant = z
  .strictObject({ group: z.string().trim().min(1).max(200), ...grantFields })
  .refine(isPossible, NEVER_READS);

const fields = {
  name: nameSchema.meta({ description: 'What its button says.' }),
  issuer: z.string().trim().min(1).max(500).meta({ description: 'Its address, exactly as it writes it itself.' }),
  clientId: z.string().trim().min(1).max(300),
  scopes: z
    .array(scope)
    .max(20)
    .transform((scopes) => [...new Set(['openid', ...scopes])])
    .meta({ description: 'What is asked for; `openid` always is.' }),
  groupClaim: z.string().trim().min(1).max(200).nullable().meta({
    description: 'The claim that names the groups of a person; null where groups do not matter.',
  }),
  groupRoles: z.array(groupGrant).max(200).meta({
    description:
      'What each group is here, and where. All of a person’s groups together count; without any, nobody gets in.',
  }),
  newRole: roleSchema.meta({ description: 'What somebody new becomes where groups do not matter.' }),
  makesAccounts: z.boolean().meta({ description: 'Whether somebody who was not here before gets an account.' }),
  emailDomains: z
    .array(domain)
    .max(100)
    .meta({ description: 'Who may come in by their address; empty for everybody.' }),
};

export const signInProviderInputSchema = z
  .strictObject({
    ...fields,
    clientSecret: z.string().max(1000).nullable().meta({
      description: 'Null keeps the one there is; empty for a client without one. It is never shown again.',
    }),
  })
  .superRefine(({ groupClaim, groupRoles }, context) => {
    if (groupClaim !== null && groupRoles.length === 0) {
      const message = 'Say what at least one group is here, or nobody can come in.';
      context.addIssue({ code: 'custom', message, path: ['groupRoles'] });
    }
  });
type ProviderInput = z.output<typeof signInProviderInputSchema>;

export const signInProviderSchema = z.object({
  id: z.string(),
  ...fields,
  hasSecret: z.boolean(),
  createdAt: momentSchema,
});
export type SignInProvider = z.infer<typeof signInProviderSchema>;

interface ProviderRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly sealed: string;
  readonly scopes_json: string;
  readonly group_claim: string | null;
  readonly group_roles_json: string;
  readonly new_role: string;
  readonly makes_accounts: boolean | number;
  readonly email_domains_json: string;
  readonly created_at: number;
}

const toProvider = (row: ProviderRow): SignInProvider =>
  signInProviderSchema.parse({
    id: row.id,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    groupClaim: row.group_claim,
    scopes: JSON.parse(row.scopes_json),
    groupRoles: JSON.parse(row.group_roles_json),
    newRole: row.new_role,
    makesAccounts: Boolean(row.makes_accounts),
    emailDomains: JSON.parse(row.email_domains_json),
    hasSecret: row.sealed !== '',
    createdAt: row.created_at,
  });

/** All providers of an organisation by their names. */
export async function listSignInProviders(db: Knex, organisation: string): Promise<SignInProvider[]> {
  return (await db<ProviderRow>('sign_in_providers').where({ organisation }).orderBy('name')).map(toProvider);
}

async function requireRow(db: Knex, id: string, organisation: string | null): Promise<ProviderRow> {
  const row = await db<ProviderRow>('sign_in_providers').where({ id }).first();
  if (!row || (organisation !== null && row.organisation !== organisation)) {
    throw new SignalboxError('not_found', { what: 'provider of sign-in of that id' });
  }
  return row;
}

/** A provider as it is asked, with its secret opened. `organisation` is null for whoever is not signed in yet. */
export async function openSignInProvider(
  db: Knex,
  tools: SignInTools,
  id: string,
  organisation: string | null,
): Promise<{ readonly provider: SignInProvider; readonly organisation: string; readonly client: OpenIdClient }> {
  const row = await requireRow(db, id, organisation);
  const provider = toProvider(row);
  const { name, issuer, clientId, scopes } = provider;
  const clientSecret = row.sealed === '' ? '' : openSealed(row.sealed, tools);
  const { allowPrivate } = tools;
  const client = { name, issuer, clientId, clientSecret, scopes, allowPrivate };
  return { provider, organisation: row.organisation, client };
}

function openSealed(sealed: string, { secrets }: SignInTools): string {
  try {
    return secrets.open(sealed);
  } catch (error) {
    throw new SignalboxError('sign_in_refused', { why: String(error).replace(/^Error: |\.$/g, '') });
  }
}

function requireIssuer(issuer: string, { allowPrivate }: SignInTools): void {
  const url = readIssuer(issuer, allowPrivate);
  if (typeof url === 'string') throw new SignalboxError('invalid_input', { why: `issuer: ${url}` });
}

async function requireFree(trx: Knex, organisation: string, name: string, id: string): Promise<void> {
  const others = await trx<ProviderRow>('sign_in_providers').where({ organisation }).whereNot({ id });
  if (others.some((other) => other.name === name)) throw new SignalboxError('already_exists', { what: 'provider' });
  if (others.length >= MOST_PROVIDERS) {
    throw new SignalboxError('invalid_input', {
      why: `There are ${MOST_PROVIDERS} providers already. Delete one first`,
    });
  }
}

const columnsOf = (input: ProviderInput) => ({
  name: input.name,
  issuer: input.issuer,
  client_id: input.clientId,
  group_claim: input.groupClaim,
  scopes_json: JSON.stringify(input.scopes),
  group_roles_json: JSON.stringify(input.groupRoles),
  new_role: input.newRole,
  makes_accounts: input.makesAccounts,
  email_domains_json: JSON.stringify(input.emailDomains),
});

const say = ({ clientSecret, ...input }: ProviderInput) => ({
  ...input,
  ...(clientSecret !== null && { clientSecret: clientSecret === '' ? 'none' : 'another one' }),
});

/** Adds a provider. Throws `already_exists`, and `invalid_input` for an address where no provider may be. */
export async function createSignInProvider(
  store: ControlStore,
  tools: SignInTools,
  actor: Actor,
  input: ProviderInput,
): Promise<SignInProvider> {
  requireIssuer(input.issuer, tools);
  const { organisation } = actor;
  const id = newId('idp');
  const change = { action: 'sign_in_provider.create', objectType: 'sign_in_provider', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    await requireFree(trx, organisation, input.name, id);
    const sealed = input.clientSecret ? tools.secrets.seal(input.clientSecret) : '';
    const row: ProviderRow = { id, organisation, ...columnsOf(input), sealed, created_at: Date.now() };
    await trx('sign_in_providers').insert(row);
    return { before: null, after: say(input), value: toProvider(row) };
  });
}

/** Changes a provider. With another issuer, the people that the one before vouched for are not known by it any more. */
export async function changeSignInProvider(
  store: ControlStore,
  tools: SignInTools,
  actor: Actor,
  id: string,
  input: ProviderInput,
): Promise<SignInProvider> {
  requireIssuer(input.issuer, tools);
  const { organisation } = actor;
  const change = { action: 'sign_in_provider.change', objectType: 'sign_in_provider', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const row = await requireRow(trx, id, organisation);
    await requireFree(trx, organisation, input.name, id);
    const moved = row.issuer !== input.issuer || row.client_id !== input.clientId;
    if (moved && input.clientSecret === null && row.sealed !== '') {
      throw new SignalboxError('invalid_input', {
        why: 'clientSecret: with another address or client, enter the secret again. It is not sent to where it was not meant for',
      });
    }
    if (row.issuer !== input.issuer) await trx('person_identities').where({ provider: id }).delete();
    const { clientSecret } = input;
    const sealed = clientSecret === null ? row.sealed : clientSecret === '' ? '' : tools.secrets.seal(clientSecret);
    const changed: ProviderRow = { ...row, ...columnsOf(input), sealed };
    const { id: _, organisation: __, created_at, ...columns } = changed;
    await trx('sign_in_providers').where({ id }).update(columns);
    const { hasSecret, createdAt, id: ___, ...before } = toProvider(row);
    return { before, after: say(input), value: toProvider(changed) };
  });
}

/** Deletes a provider: whom it has let in is signed out at once, and those without a password cannot come in any more. */
export async function deleteSignInProvider(store: ControlStore, actor: Actor, id: string): Promise<void> {
  const change = { action: 'sign_in_provider.delete', objectType: 'sign_in_provider', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const row = await requireRow(trx, id, actor.organisation);
    const people: string[] = await trx('person_sessions').where({ provider: id }).distinct().pluck('person');
    for (const person of people) await endSessionsOf(trx, person, null);
    await trx('person_identities').where({ provider: id }).delete();
    await trx('sign_in_providers').where({ id }).delete();
    const { hasSecret, createdAt, id: _, ...before } = toProvider(row);
    return { before, after: null, value: undefined };
  });
}
