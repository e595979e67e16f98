import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ReviewedChange } from '../../api/audit-desk.ts';
import { TextLink } from '../../app/text-link.tsx';
import { sayCount, sayMoment } from '../../app/words.ts';
import { FlagMark } from './flag-mark.tsx';
import { FLAG_WORDS } from './flag-words.ts';
import type { Names } from './names.ts';

interface Props {
  readonly change: ReviewedChange;
  readonly names: Names;
  /** What else is said of it. */
  readonly children?: ReactNode;
}

/** A change in a list: what was done, when, why, who approved it, and what there is to look at first. */
export function ChangeRow({ change, names: { sentenceOf, authorOf }, children }: Props) {
  const { sequence, at, reason, flags, judgement } = change;
  return (
    <li className="audit-change">
      <div>
        <TextLink to="/audit/$sequence" params={{ sequence: String(sequence) }} fw={600}>
          {sentenceOf(change)}
        </TextLink>
        {reason === null ? null : (
          <Text size="sm" className="audit-reason">
            Reason: {reason}
          </Text>
        )}
        {judgement === null ? null : (
          <Text size="sm">
            {judgement.words}
            {judgement.approvals.length === 0
              ? ''
              : ` By ${judgement.approvals.map(({ person }) => authorOf(person)).join(', ')}.`}
          </Text>
        )}
        {flags.length === 0 ? null : (
          <Group gap={6} mt={6}>
            {flags.map((flag) => (
              <FlagMark key={flag} color={FLAG_WORDS[flag].color}>
                {FLAG_WORDS[flag].title}
              </FlagMark>
            ))}
          </Group>
        )}
        {children}
      </div>
      <Text size="sm" c="dimmed" ta="right" className="audit-change-when">
        <time dateTime={new Date(at).toISOString()}>{sayMoment(at)}</time>
        <br />
        Entry {sayCount(sequence)}
      </Text>
    </li>
  );
}
