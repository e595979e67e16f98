/** Who is signed in, and signing in and out. */
import { type Query, type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { grantsSchema } from '../../policies/access/grants.ts';
import { ApiError, ask } from './client.ts';

const sessionSchema = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  organisation: z.object({ name: z.string(), defaultPolicy: z.string().nullable() }),
  grants: grantsSchema,
  onlyReads: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

/** `ended`: someone was signed in on this page, and the session is over; what they looked at is still there. */
export type SessionState =
  | { readonly state: 'in'; readonly session: Session }
  | { readonly state: 'ended'; readonly session: Session }
  | { readonly state: 'out' };

const SESSION = ['session'];

/** Of a page to go to: anything else, such as a script, is no address of a provider. */
const webAddress = z.url({ protocol: /^https?$/ });

const afterSignedOut = (before: SessionState | undefined): SessionState =>
  before === undefined || before.state === 'out' ? { state: 'out' } : { state: 'ended', session: before.session };

export const sessionQuery = queryOptions({
  queryKey: SESSION,
  staleTime: 60_000,
  queryFn: async ({ client, signal }): Promise<SessionState> => {
    const { session } = await ask(z.object({ session: sessionSchema.nullable() }), '/session', { signal });
    return session ? { state: 'in', session } : afterSignedOut(client.getQueryData<SessionState>(SESSION));
  },
});

async function setSession(client: QueryClient, state: SessionState): Promise<void> {
  // An answer on its way is of before.
  await client.cancelQueries({ queryKey: SESSION, exact: true });
  client.setQueryData(SESSION, state);
}

/** Notes that the server does not know the session any more. */
export function markSignedOut(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, afterSignedOut);
}

const besides = { predicate: ({ queryKey }: Query) => queryKey[0] !== SESSION[0] };

const nextSchema = z.object({ next: z.enum(['code', 'set_up_code']) });
/** What comes after a password: a one-time code, or setting codes up; null where somebody is in. */
export type NextStep = z.infer<typeof nextSchema>['next'] | null;

/** Signs in, or says what comes next; rejects with `wrong_password` or `too_many_attempts`. */
export async function signIn(client: QueryClient, email: string, password: string): Promise<NextStep> {
  const answer = z.union([sessionSchema, nextSchema]);
  const entered = await ask(answer, '/session', { method: 'POST', body: { email, password } });
  if ('next' in entered) return entered.next;
  await enter(client, entered);
  return null;
}

/** Where to sign in besides, with what their buttons say. */
export const providersQuery = queryOptions({
  queryKey: ['session', 'providers'],
  queryFn: async ({ signal }) => {
    const answer = z.object({ providers: z.array(z.object({ id: z.string(), name: z.string() })) });
    return (await ask(answer, '/sign-in', { signal })).providers;
  },
});

/** Begins to sign in by a provider; gives the address that the browser has to go to. */
export async function askProvider(id: string): Promise<string> {
  const path = `/sign-in/providers/${encodeURIComponent(id)}`;
  return (await ask(z.object({ goTo: webAddress }), path, { method: 'POST' })).goTo;
}

/** Signs in with the query that a provider has sent the browser back with. */
export async function comeFromProvider(client: QueryClient, query: string): Promise<void> {
  await enter(client, await ask(sessionSchema, '/session/provider', { method: 'POST', body: { query } }));
}

/** A secret for an app, where codes have to be set up before one is in. */
export function beginSetUp(): Promise<{ readonly secret: string; readonly address: string }> {
  const answer = z.object({ secret: z.string(), address: z.string() });
  return ask(answer, '/session/code-set-up', { method: 'POST' });
}

/** Sends a one-time code after the password; `enter` with the session that it gives is what follows. */
export function sendCode(
  code: string,
): Promise<{ readonly session: Session; readonly recoveryCodes: string[] | null }> {
  const answer = z.object({ session: sessionSchema, recoveryCodes: z.array(z.string()).nullable() });
  return ask(answer, '/session/code', { method: 'POST', body: { code } });
}

/** Shows somebody in who has done all that signing in wants. */
export async function enter(client: QueryClient, session: Session): Promise<void> {
  const before = client.getQueryData(sessionQuery.queryKey);
  const samePerson = before?.state === 'ended' && before.session.person?.id === session.person?.id;
  await setSession(client, { state: 'in', session });
  if (samePerson) {
    await client.invalidateQueries(besides);
    return;
  }
  // Nobody sees what someone else had loaded.
  client.removeQueries({ ...besides, type: 'inactive' });
  await client.resetQueries(besides);
}

/** Signs out and forgets everything that was shown; gives the address at which one signs out of the provider as well. */
export async function signOut(client: QueryClient): Promise<string | null> {
  let goTo: string | null = null;
  try {
    goTo = (await ask(z.object({ goTo: webAddress.nullable() }), '/session', { method: 'DELETE' })).goTo;
  } catch (error) {
    // A session that is over already needs no end.
    if (!(error instanceof ApiError) || error.code !== 'unauthenticated') throw error;
  }
  await setSession(client, { state: 'out' });
  client.removeQueries(besides);
  return goTo;
}
