import { NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CHANGE_KINDS } from '../../api/audit-kinds.ts';
import { houseQuery } from '../../api/house.ts';
import type { ReviewedShown } from '../../app/addresses.ts';
import { AuthorChoice } from './author-choice.tsx';
import { KIND_WORDS } from './kind-words.ts';
import { TimeChoice } from './time-choice.tsx';

const ANY = { value: '', label: 'any' };

interface Props {
  readonly shown: ReviewedShown;
  readonly onNarrow: (by: Partial<ReviewedShown>) => void;
}

/** Narrows the changes by time, who, policy and kind. */
export function ChangeFilters({ shown, onNarrow }: Props) {
  const policies = useQuery(houseQuery).data?.policies ?? [];
  const isGone = shown.policy !== undefined && !policies.some(({ id }) => id === shown.policy);
  return (
    <Stack gap="sm" role="search" aria-label="Changes">
      <TimeChoice shown={shown} onTime={onNarrow}>
        <AuthorChoice who={shown.who} onWho={(who) => onNarrow({ who })} />
        <NativeSelect
          label="Policy"
          maw={280}
          value={shown.policy ?? ''}
          onChange={({ currentTarget }) => onNarrow({ policy: currentTarget.value || undefined })}
          data={[
            ANY,
            ...policies.map(({ id, title }) => ({ value: id, label: title })),
            ...(isGone ? [{ value: shown.policy ?? '', label: shown.policy ?? '' }] : []),
          ]}
        />
        <NativeSelect
          label="Kind"
          maw={280}
          value={shown.kind ?? ''}
          onChange={({ currentTarget }) => onNarrow({ kind: CHANGE_KINDS.find((one) => one === currentTarget.value) })}
          data={[ANY, ...CHANGE_KINDS.map((value) => ({ value, label: KIND_WORDS[value] }))]}
        />
      </TimeChoice>
    </Stack>
  );
}
