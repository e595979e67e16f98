import { Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ApprovalRequest } from '../../api/approvals.ts';
import { useAuthors } from '../../app/authors.ts';
import { sayMoment } from '../../app/words.ts';
import { isOpen, sayAnyOf, sayApprovals } from './request-words.ts';

const ICON = { size: 20, style: { flex: 'none', marginTop: 1 } } as const;

/** Who has approved, how many are missing, and who could. */
export function ApprovalProgress({ request }: { readonly request: ApprovalRequest }) {
  const authorOf = useAuthors();
  const { approvals, waitingFor, needed } = request;
  const missing = needed - approvals.filter(({ counts }) => counts).length;
  return (
    <Stack gap={6}>
      {isOpen(request) ? (
        <Text size="sm" fw={600} role="status">
          {sayApprovals(request)}
        </Text>
      ) : null}
      {approvals.length > 0 ? (
        <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: 'none' }} aria-label="Approvals">
          {approvals.map(({ person, at, words, counts }) => (
            <li key={person} style={{ display: 'flex', gap: 8 }}>
              {counts ? (
                <IconCircleCheck {...ICON} color="var(--mantine-color-teal-text)" aria-label="Approved" />
              ) : (
                <IconCircleX {...ICON} color="var(--mantine-color-red-text)" aria-label="Does not count" />
              )}
              <Text size="sm" className="wrapped" style={{ minWidth: 0 }}>
                {authorOf(person)} on {sayMoment(at)}
                {words === null ? '.' : `: “${words}”`}
                {counts ? '' : ' It does not count any more: they may not approve this now.'}
              </Text>
            </li>
          ))}
        </Stack>
      ) : null}
      {isOpen(request) && missing > 0 ? (
        <Text size="sm" c="dimmed">
          {waitingFor.length === 0
            ? 'Nobody is left who may approve it: those who drew it cannot, and nobody else has a role for it. Ask an admin to give somebody one, or to change the rule.'
            : `Waiting for ${missing === 1 ? '' : `${missing} of `}${sayAnyOf(waitingFor.map(authorOf))}.`}
        </Text>
      ) : null}
    </Stack>
  );
}
