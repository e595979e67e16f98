/** Who is signed in. */
import { type Query, type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { ApiError, ask } from './client.ts';

const sessionSchema = z.object({
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  organisation: z.object({ name: z.string(), defaultPolicy: z.string().nullable() }),
  mayChange: z.boolean(),
});
export type Session = z.infer<typeof sessionSchema>;

/** `ended`: someone was signed in on this page, and the session is over; what they looked at is still there. */
export type SessionState =
  | { readonly state: 'in'; readonly session: Session }
  | { readonly state: 'ended'; readonly session: Session }
  | { readonly state: 'out' };

const SESSION = ['session'];

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

function setSession(client: QueryClient, state: SessionState): void {
  client.setQueryData(SESSION, state);
}

/** Whether the person may change anything; screens show what there is without the means to change it otherwise. */
export function useMayChange(): boolean {
  const { data } = useQuery(sessionQuery);
  return data !== undefined && data.state !== 'out' && data.session.mayChange;
}

/** Notes that the server does not know the session any more. */
export function markSignedOut(client: QueryClient): void {
  client.setQueryData(sessionQuery.queryKey, afterSignedOut);
}

const besides = { predicate: ({ queryKey }: Query) => queryKey[0] !== SESSION[0] };

/** Signs in; rejects with `wrong_password` or `too_many_attempts`. */
export async function signIn(client: QueryClient, email: string, password: string): Promise<void> {
  const session = await ask(sessionSchema, '/session', { method: 'POST', body: { email, password } });
  const before = client.getQueryData(sessionQuery.queryKey);
  const samePerson = before?.state === 'ended' && before.session.person?.id === session.person?.id;
  setSession(client, { state: 'in', session });
  if (samePerson) {
    await client.invalidateQueries(besides);
    return;
  }
  // Nobody sees what someone else had loaded.
  client.removeQueries({ ...besides, type: 'inactive' });
  await client.resetQueries(besides);
}

/** Signs out and forgets everything that was shown. */
export async function signOut(client: QueryClient): Promise<void> {
  try {
    await ask(z.undefined(), '/session', { method: 'DELETE' });
  } catch (error) {
    // A session that is over already needs no end.
    if (!(error instanceof ApiError) || error.code !== 'unauthenticated') throw error;
  }
  setSession(client, { state: 'out' });
  client.removeQueries(besides);
}
