/** Invitations: a link that makes one account, once, within seven days. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { grantsSchema, readGrants } from '../../policies/access/grants.ts';
import { hashToken, newToken } from '../access/keys.ts';
import { hashPassword } from '../access/passwords.ts';
import { sendMail } from '../alerts/email.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { momentSchema, nameSchema } from './input.ts';
import { emailSchema, findByEmail, insertPerson, type Person, passwordSchema, sameEmail } from './people.ts';
import type { SignInTools } from './sign-in-tools.ts';

const SEVEN_DAYS_MS = 7 * 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** More in an hour would be a means to send mail to strangers. */
const MOST_IN_AN_HOUR = 50;
const MAIL_TIMEOUT_MS = 10_000;

export const invitationInputSchema = z.strictObject({ email: emailSchema, grants: grantsSchema });

export const invitationSchema = z.object({
  id: z.string(),
  email: z.string(),
  grants: grantsSchema,
  createdBy: z.string(),
  createdAt: momentSchema,
  expiresAt: momentSchema,
});
type Invitation = z.infer<typeof invitationSchema>;

export const acceptedSchema = z.strictObject({
  token: z.string().min(1).max(200),
  name: nameSchema,
  password: passwordSchema,
});

interface InvitationRow {
  readonly id: string;
  readonly organisation: string;
  readonly email: string;
  readonly grants_json: string;
  readonly hash: string;
  readonly created_by: string;
  readonly created_at: number;
  readonly expires_at: number;
}

const toInvitation = (row: InvitationRow): Invitation => ({
  id: row.id,
  email: row.email,
  grants: readGrants(row.grants_json),
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

/** Those that nobody has used yet, the newest first; those that are too old included. */
export async function listInvitations(db: Knex, organisation: string): Promise<Invitation[]> {
  return (await db<InvitationRow>('invitations').where({ organisation }).orderBy('id', 'desc')).map(toInvitation);
}

/** The page that takes an invitation; what stands after “#” is sent to no server and stands in no log. */
const pageOf = (token: string): string => `/invitation#${token}`;

/** Invites somebody; the page is given this once. An invitation to the same address from before is withdrawn by it. */
export async function invite(
  store: ControlStore,
  actor: Actor,
  input: z.output<typeof invitationInputSchema>,
): Promise<{ readonly invitation: Invitation; readonly page: string }> {
  const { organisation } = actor;
  const { grants } = input;
  const email = sameEmail(input.email);
  const token = newToken('sbi_');
  const id = newId('inv');
  const now = Date.now();
  const change = { action: 'invitation.create', objectType: 'invitation', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    if (await findByEmail(trx, email)) throw new SignalboxError('email_taken');
    const before = await trx<InvitationRow>('invitations').where({ organisation, email }).pluck('id');
    const newest: unknown[] = await trx('history')
      .where({ organisation, action: change.action })
      .where('at', '>', now - HOUR_MS)
      .limit(MOST_IN_AN_HOUR)
      .pluck('sequence');
    if (newest.length >= MOST_IN_AN_HOUR) {
      const why = `${MOST_IN_AN_HOUR} people were invited within the last hour. Invite the others later`;
      throw new SignalboxError('invalid_input', { why });
    }
    await trx('invitations').where({ organisation, email }).delete();
    const row: InvitationRow = {
      id,
      organisation,
      email,
      grants_json: JSON.stringify(grants),
      hash: hashToken(token).toString('hex'),
      created_by: actor.id,
      created_at: now,
      expires_at: now + SEVEN_DAYS_MS,
    };
    await trx('invitations').insert(row);
    const after = { grants, expiresAt: row.expires_at, ...(before.length > 0 && { inPlaceOf: before }) };
    return { before: null, after, value: { invitation: toInvitation(row), page: pageOf(token) } };
  });
}

/** Sends an invitation by e-mail; null where no mail server is set up, or nobody has said where the pages are. */
export async function sendInvitation(
  { mail, publicUrl }: SignInTools,
  { id, email }: Invitation,
  page: string,
): Promise<{ readonly ok: boolean; readonly words: string } | null> {
  if (mail === null || publicUrl === null) return null;
  const text = `You are invited to Signalbox. Open this page within seven days to choose a password:\n\n${publicUrl}${page}\n\nIf you do not know what this is about, do nothing.\n`;
  const subject = 'You are invited to Signalbox';
  const { ok, words } = await sendMail(mail, { delivery: id, to: [email], subject, text }, MAIL_TIMEOUT_MS);
  return { ok, words };
}

/** Makes an invitation worth nothing. Throws `not_found`. */
export async function withdrawInvitation(store: ControlStore, actor: Actor, id: string): Promise<void> {
  const { organisation } = actor;
  const change = { action: 'invitation.withdraw', objectType: 'invitation', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const row = await trx<InvitationRow>('invitations').where({ organisation, id }).first();
    if (!row) throw new SignalboxError('not_found', { what: 'invitation of that id' });
    await trx('invitations').where({ id }).delete();
    return { before: { grants: readGrants(row.grants_json) }, after: null, value: undefined };
  });
}

async function rowOf(db: Knex, token: string): Promise<InvitationRow> {
  const row = await db<InvitationRow>('invitations')
    .where({ hash: hashToken(token).toString('hex') })
    .first();
  if (!row || row.expires_at <= Date.now()) throw new SignalboxError('invitation_over');
  return row;
}

/** Whom an invitation is for. Throws `invitation_over`. */
export async function findInvitation(
  db: Knex,
  token: string,
): Promise<Pick<Invitation, 'email' | 'grants'> & { readonly organisation: string }> {
  const row = await rowOf(db, token);
  return { email: row.email, grants: readGrants(row.grants_json), organisation: row.organisation };
}

/** Makes the account that an invitation is for, once. Throws `invitation_over`, and `email_taken`. */
export async function acceptInvitation(
  store: ControlStore,
  { token, name, password }: z.output<typeof acceptedSchema>,
): Promise<Person> {
  const { organisation, id: invitation } = await rowOf(store.db, token);
  const passwordHash = await hashPassword(password);
  const id = newId('per');
  const change = { action: 'invitation.accept', objectType: 'person', objectId: id, reason: null };
  return store.change({ id, organisation }, change, async (trx) => {
    // Read again: of two that come at once, the second finds nothing.
    const { email, grants_json } = await rowOf(trx, token);
    const grants = readGrants(grants_json);
    await trx('invitations').where({ id: invitation }).delete();
    const value = await insertPerson(trx, organisation, id, { name, email, passwordHash, grants });
    return { before: { invitation }, after: { grants }, value };
  });
}
