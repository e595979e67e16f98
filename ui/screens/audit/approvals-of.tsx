import { List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { approvedQuery } from '../../api/approved.ts';
import type { Judgement } from '../../api/audit-desk.ts';
import { TextLink } from '../../app/text-link.tsx';
import { plural, sayCount, sayMoment } from '../../app/words.ts';
import type { Names } from './names.ts';

interface Props {
  readonly judgement: Judgement;
  readonly names: Names;
}

/** Who approved a change, by which rule, who had made it, and whether an emergency was followed up. */
export function ApprovalsOf({ judgement, names: { authorOf } }: Props) {
  const { flag, words, approvals, needed, authors, followedUp } = judgement;
  return (
    <>
      {flag === null ? <Text>{words}</Text> : null}
      <Text size="sm" c="dimmed">
        {needed === null
          ? 'The rules of then asked for no approval.'
          : `The rules of then asked for ${plural(needed, 'approval')} by others.`}
        {authors.length === 0 ? '' : ` It was made by ${authors.map(authorOf).join(', ')}.`}
      </Text>
      {approvals.length === 0 ? null : (
        <List>
          {approvals.map(({ person, at, request }) => (
            <List.Item key={`${person} ${at}`}>
              {authorOf(person)}, {sayMoment(at)}
              {request === null ? null : <Words request={request} person={person} />}
            </List.Item>
          ))}
        </List>
      )}
      {followedUp === null ? null : (
        <TextLink to="/audit/$sequence" params={{ sequence: String(followedUp) }}>
          It was followed up by entry {sayCount(followedUp)}
        </TextLink>
      )}
    </>
  );
}

/** What somebody said when they approved. */
function Words({ request, person }: { readonly request: string; readonly person: string }) {
  const said = useQuery(approvedQuery(request)).data?.request.approvals.find((one) => one.person === person)?.words;
  return said ? `: “${said}”` : null;
}
