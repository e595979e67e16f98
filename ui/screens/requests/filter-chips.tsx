import { Button, Group, VisuallyHidden } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { dollars } from '../../../policies/price.ts';
import { houseQuery } from '../../api/house.ts';
import { keysQuery } from '../../api/keys.ts';
import { useMay } from '../../api/may.ts';
import { policiesQuery } from '../../api/policies.ts';
import { tagsOf } from '../../api/records.ts';
import { isNarrowed, type RequestsFilter } from '../../app/addresses.ts';
import { PERIOD_WORDS } from '../../app/period-words.ts';
import { STATUS_WORDS } from '../../app/status-words.ts';
import { sayMoment } from '../../app/words.ts';
import { sayKeys } from './key-names.ts';
import { useFilter } from './use-filter.ts';

interface Chip {
  readonly words: string;
  /** What takes it away. */
  readonly without: Partial<RequestsFilter>;
}

/** Everything that the list is narrowed by, each to be taken away by itself. */
export function FilterChips() {
  const { filter, narrow, clear } = useFilter();
  const policies = useQuery(policiesQuery);
  const house = useQuery(houseQuery);
  const keys = useQuery({ ...keysQuery, enabled: useMay()('read key') && filter.key !== undefined });
  if (!isNarrowed(filter)) return null;
  const title = policies.data?.find(({ id }) => id === filter.policy)?.title ?? 'chosen';
  const project = house.data?.projects.find(({ id }) => id === filter.project)?.name ?? 'chosen';
  const key = sayKeys(keys.data ?? []).get(filter.key ?? '') ?? 'chosen';
  return (
    <Group gap="xs" role="group" aria-label="Shown are only requests with">
      {chipsOf(filter, { policy: title, project, key }).map(({ words, without }) => (
        <Button
          key={words}
          size="compact-sm"
          variant="light"
          radius="xl"
          rightSection={<IconX size={14} aria-hidden />}
          onClick={() => narrow(without)}
        >
          {words}
          <VisuallyHidden>(take away)</VisuallyHidden>
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" onClick={clear}>
        Show all
      </Button>
    </Group>
  );
}

function chipsOf(filter: RequestsFilter, names: Readonly<Record<'policy' | 'project' | 'key', string>>): Chip[] {
  const { status, model, policy, version, last, from, to, costAtLeast } = filter;
  const chips: Chip[] = [];
  if (last !== undefined) chips.push({ words: PERIOD_WORDS[last], without: { last: undefined } });
  else {
    if (from !== undefined) chips.push({ words: `from ${sayMoment(from)}`, without: { from: undefined } });
    if (to !== undefined) chips.push({ words: `until ${sayMoment(to)}`, without: { to: undefined } });
  }
  if (status !== undefined) chips.push({ words: STATUS_WORDS[status], without: { status: undefined } });
  if (policy !== undefined) {
    chips.push({ words: `policy ${names.policy}`, without: { policy: undefined, version: undefined } });
  }
  if (version !== undefined) chips.push({ words: `version ${version}`, without: { version: undefined } });
  if (model !== undefined) chips.push({ words: `model ${model}`, without: { model: undefined } });
  if (filter.project !== undefined) chips.push({ words: `project ${names.project}`, without: { project: undefined } });
  if (filter.key !== undefined) chips.push({ words: `key ${names.key}`, without: { key: undefined } });
  const tags = tagsOf(filter);
  for (const tag of tags) {
    const others = tags.filter((one) => one !== tag);
    chips.push({ words: tag, without: { tag: others.length > 1 ? others : others[0] } });
  }
  if (costAtLeast !== undefined) {
    chips.push({ words: `${dollars(costAtLeast)} or more`, without: { costAtLeast: undefined } });
  }
  return chips;
}
