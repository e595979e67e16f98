import { Text } from '@mantine/core';
import { ENDPOINT_WORDS } from '../../../policies/key-limits.ts';
import type { Key } from '../../api/keys.ts';
import { plural } from '../../app/words.ts';

interface Props {
  readonly of: Key;
  /** Titles of policies by their ids. */
  readonly titles: ReadonlyMap<string, string>;
}

/** Lists are cut after so many entries, and counted. */
const MOST = 4;

/** What a key is limited to, one kind in a line. */
export function LimitsOfKey({ of: { policies, endpoints, models, networks }, titles }: Props) {
  const lines = [
    { about: 'Policies', entries: policies?.map((id) => titles.get(id) ?? 'one that is gone') },
    { about: 'For', entries: endpoints?.map((one) => ENDPOINT_WORDS[one]) },
    { about: 'Models', entries: models },
    { about: 'From', entries: networks },
  ].flatMap(({ about, entries }) => (entries ? [{ about, entries }] : []));
  if (lines.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        what its project may
      </Text>
    );
  }
  return lines.map(({ about, entries }) => (
    <Text size="sm" key={about} className="wrapped">
      <Text span inherit c="dimmed">
        {about}:
      </Text>{' '}
      {entries.slice(0, MOST).join(', ') || 'none'}
      {entries.length > MOST ? ` and ${plural(entries.length - MOST, 'other')}` : ''}
    </Text>
  ));
}
