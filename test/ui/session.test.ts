import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { enter, type Session, type SessionState, sessionQuery } from '../../ui/api/session.ts';

const session: Session = {
  person: { id: 'person_1', name: 'Ada', email: 'ada@example.com' },
  organisation: { name: 'Ours', defaultPolicy: null },
  grants: [{ role: 'admin', within: null, content: true }],
  onlyReads: false,
};

const ended: SessionState = { state: 'ended', session };

it('who has signed in stays in, whatever an answer of before says', async () => {
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, ended);
  let answer = (_: SessionState): void => {};
  const asked = client.fetchQuery({
    ...sessionQuery,
    staleTime: 0,
    queryFn: () =>
      new Promise<SessionState>((resolve) => {
        answer = resolve;
      }),
  });
  await enter(client, session);
  answer(ended);
  await asked;
  expect(client.getQueryData(sessionQuery.queryKey)).toEqual({ state: 'in', session });
});
