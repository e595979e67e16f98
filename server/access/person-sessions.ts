/** Who is signed in where: what decides whether a session still holds, and what people see of their own. */
import type { Request } from 'express';
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Grant, readGrants } from '../../policies/access/grants.ts';
import type { ControlStore } from '../control/control.ts';
import { newId } from '../control/ids.ts';
import { momentSchema } from '../control/input.ts';
import { AT_FIRST, readSignInSettings, type SignInSettings } from '../control/sign-in-settings.ts';
import { SignalboxError } from '../errors.ts';
import { forgetFailures } from './attempts.ts';
import { browserName } from './browser-name.ts';
import { renewSession, saveSession, sessionHash } from './sessions.ts';

const HOUR_MS = 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
/** How exactly it is known when a session was last seen: a write for every request would be too many. */
const SEEN_EVERY_MS = MINUTE_MS;

export const personSessionSchema = z.object({
  id: z.string(),
  browser: z.string().meta({ description: 'Such as “Firefox on Linux”.' }),
  address: z.string().meta({ description: 'The address on the network that it came from.' }),
  beganAt: momentSchema,
  lastSeenAt: momentSchema.meta({ description: 'To the minute.' }),
  isThis: z.boolean().meta({ description: 'Whether it is the session of whoever asks.' }),
});
type PersonSession = z.infer<typeof personSessionSchema>;

interface SessionRow {
  readonly id: string;
  readonly organisation: string;
  readonly person: string;
  /** SHA-256 of the id in the cookie. */
  readonly sid: string;
  readonly browser: string;
  readonly address: string;
  readonly provider: string | null;
  readonly began_at: number;
  readonly last_seen_at: number;
}

/** Somebody who is signed in. */
export interface SignedIn {
  /** Id of the session. */
  readonly session: string;
  readonly person: string;
  readonly organisation: string;
  readonly grants: readonly Grant[];
  /** Id of the provider that vouched for them; null after a password. */
  readonly provider: string | null;
}

type Limits = Pick<SignInSettings, 'sessionHours' | 'idleMinutes'>;

const isOver = (row: SessionRow, settings: Limits, now: number): boolean =>
  row.began_at + settings.sessionHours * HOUR_MS <= now || row.last_seen_at + settings.idleMinutes * MINUTE_MS <= now;

/** What somebody has shown besides a password. */
export type SecondStep = 'code' | 'recovery code' | null;

/**
 * Begins a session of a person under a new id. Its row, its entry in the history and what `takeSecond` does with a second
 * step, which may refuse it, are one transaction. `provider` is the id of the one that vouches for them.
 */
export async function signIn(
  store: ControlStore,
  request: Request,
  person: { readonly id: string; readonly organisation: string; readonly email: string },
  { provider }: { readonly provider: string | null },
  takeSecond: (trx: Knex.Transaction) => Promise<SecondStep> = async () => null,
): Promise<void> {
  const { organisation } = person;
  const settings = await readSignInSettings(store.db, organisation);
  const now = Date.now();
  const id = newId('ses');
  const change = { action: 'session.begin', objectType: 'session', objectId: id, reason: null };
  await store.change({ id: person.id, organisation }, change, async (trx) => {
    const second = await takeSecond(trx);
    await forgetFailures(trx, person.email);
    const mine = await trx<SessionRow>('person_sessions').where({ person: person.id });
    await deleteSessions(
      trx,
      mine.filter((row) => isOver(row, settings, now)),
    );
    const row: SessionRow = {
      // Known once the browser's session is a new one, which it becomes only where nothing was refused.
      id,
      organisation,
      person: person.id,
      sid: '',
      provider,
      browser: browserName(request.headers['user-agent']),
      address: request.ip ?? 'unknown',
      began_at: now,
      last_seen_at: now,
    };
    await trx('person_sessions').insert(row);
    const way = provider === null ? 'password' : 'provider';
    return { before: null, after: { person: person.id, way, provider, second }, value: undefined };
  });
  await renewSession(request);
  await store
    .db('person_sessions')
    .where({ id })
    .update({ sid: sessionHash(request.sessionID) });
  request.session.signedIn = id;
  request.session.cookie.maxAge = settings.sessionHours * HOUR_MS;
  await saveSession(request);
}

/** Who is signed in with a session, with their grants of now; undefined where it is over, was ended, or nobody's. */
export async function findSignedIn(db: Knex, id: string, now: number): Promise<SignedIn | undefined> {
  // One question, since every request of a page asks it.
  const row = await db<SessionRow & { grants_json: string; session_hours: number | null; idle_minutes: number | null }>(
    'person_sessions',
  )
    .join('people', 'people.id', 'person_sessions.person')
    .join('person_details', 'person_details.person', 'person_sessions.person')
    .leftJoin('sign_in_settings', 'sign_in_settings.organisation', 'person_sessions.organisation')
    .where('person_sessions.id', id)
    .select(
      'person_sessions.*',
      'people.grants_json',
      'sign_in_settings.session_hours',
      'sign_in_settings.idle_minutes',
    )
    .first();
  if (!row) return undefined;
  const limits = {
    sessionHours: row.session_hours ?? AT_FIRST.sessionHours,
    idleMinutes: row.idle_minutes ?? AT_FIRST.idleMinutes,
  };
  if (isOver(row, limits, now)) return undefined;
  if (row.last_seen_at + SEEN_EVERY_MS <= now) await db('person_sessions').where({ id }).update({ last_seen_at: now });
  const { person, organisation, provider } = row;
  return { session: id, person, organisation, grants: readGrants(row.grants_json), provider };
}

/** The sessions of a person that still hold, the one that was seen last first. */
export async function listSessions(
  db: Knex,
  { person, organisation, session }: Pick<SignedIn, 'person' | 'organisation' | 'session'>,
): Promise<PersonSession[]> {
  const settings = await readSignInSettings(db, organisation);
  const now = Date.now();
  const rows = await db<SessionRow>('person_sessions').where({ person }).orderBy('last_seen_at', 'desc');
  return rows
    .filter((row) => !isOver(row, settings, now))
    .map((row) => ({
      id: row.id,
      browser: row.browser,
      address: row.address,
      beganAt: row.began_at,
      lastSeenAt: row.last_seen_at,
      isThis: row.id === session,
    }));
}

/** When each of these people was last seen, in milliseconds since 1970; those without a session are left out. */
export async function lastSeen(db: Knex, organisation: string): Promise<ReadonlyMap<string, number>> {
  const rows: { person: string; at: number }[] = await db('person_sessions')
    .where({ organisation })
    .groupBy('person')
    .select('person')
    .max({ at: 'last_seen_at' });
  return new Map(rows.map(({ person, at }) => [person, Number(at)]));
}

async function deleteSessions(trx: Knex, rows: readonly Pick<SessionRow, 'id' | 'sid'>[]): Promise<void> {
  if (rows.length === 0) return;
  await trx('sessions')
    .whereIn(
      'sid',
      rows.map(({ sid }) => sid),
    )
    .delete();
  await trx('person_sessions')
    .whereIn(
      'id',
      rows.map(({ id }) => id),
    )
    .delete();
}

/** Ends all sessions of a person but one, inside a change; gives how many there were. */
export async function endSessionsOf(trx: Knex, person: string, except: string | null): Promise<number> {
  const rows = await trx<SessionRow>('person_sessions').where({ person });
  const ending = rows.filter(({ id }) => id !== except);
  await deleteSessions(trx, ending);
  return ending.length;
}

/** Signs one session of a person out. Throws `not_found` where it is not theirs, or over. */
export async function signOutOf(
  store: ControlStore,
  { person, organisation }: Pick<SignedIn, 'person' | 'organisation'>,
  id: string,
): Promise<void> {
  const change = { action: 'session.end', objectType: 'session', objectId: id, reason: null };
  await store.change({ id: person, organisation }, change, async (trx) => {
    const row = await trx<SessionRow>('person_sessions').where({ id, person }).first();
    if (!row) throw new SignalboxError('not_found', { what: 'session of that id' });
    await deleteSessions(trx, [row]);
    return { before: { person }, after: null, value: undefined };
  });
}

/** Signs a person out everywhere but in the session that asks. */
export async function signOutOthers(store: ControlStore, signedIn: SignedIn): Promise<void> {
  const { person, organisation, session } = signedIn;
  const change = { action: 'session.end_others', objectType: 'person', objectId: person, reason: null };
  await store.change({ id: person, organisation }, change, async (trx) => {
    const ended = await endSessionsOf(trx, person, session);
    return { before: null, after: { ended }, value: undefined };
  });
}
