import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Within, withinSchema } from '../../policies/access/grants.ts';
import { houseQuery } from '../api/house.ts';

interface Props {
  readonly label: string;
  /** True where no label is to be seen above it. */
  readonly isBare?: true;
  readonly value: Within | null;
  readonly onChange: (within: Within | null) => void;
}

const EVERYWHERE = '';

/** Chooses where a role counts: everywhere, in a team or a project, or for one policy. */
export function PlaceInput({ label, isBare, value, onChange }: Props) {
  const { data } = useQuery(houseQuery);
  const items = (what: 'team' | 'project' | 'policy', list: readonly { id: string; name: string }[] = []) =>
    list.map(({ id, name }) => ({ value: JSON.stringify({ [what]: id }), label: name }));
  return (
    <NativeSelect
      {...(isBare ? { 'aria-label': label } : { label })}
      value={value === null ? EVERYWHERE : JSON.stringify(value)}
      data={[
        { value: EVERYWHERE, label: 'The whole organisation' },
        { group: 'A team', items: items('team', data?.teams) },
        { group: 'A project', items: items('project', data?.projects) },
        { group: 'One policy', items: items('policy', data?.policies) },
      ]}
      onChange={({ currentTarget: { value: chosen } }) =>
        onChange(chosen === EVERYWHERE ? null : withinSchema.parse(JSON.parse(chosen)))
      }
    />
  );
}
