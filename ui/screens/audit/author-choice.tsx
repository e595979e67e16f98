import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../../api/house.ts';
import { useMay } from '../../api/may.ts';
import { serviceTokensQuery } from '../../api/service-tokens.ts';
import { useNames } from './names.ts';

interface Props {
  readonly who: string | undefined;
  readonly onWho: (who: string | undefined) => void;
  /** What stands for nobody in particular. */
  readonly any?: string;
}

/** Chooses a person or a program that did something. */
export function AuthorChoice({ who, onWho, any = 'any' }: Props) {
  const { authorOf } = useNames();
  const people = useQuery(peopleQuery).data;
  const tokens = useQuery({ ...serviceTokensQuery, enabled: useMay()('read people') }).data;
  const authors = new Set([
    ...(people?.keys() ?? []),
    ...(tokens?.map(({ id }) => id) ?? []),
    'admin-token',
    'system',
    ...(who === undefined ? [] : [who]),
  ]);
  return (
    <NativeSelect
      label="Who"
      maw={280}
      value={who ?? ''}
      onChange={({ currentTarget }) => onWho(currentTarget.value || undefined)}
      data={[{ value: '', label: any }, ...[...authors].map((value) => ({ value, label: authorOf(value) }))]}
    />
  );
}
