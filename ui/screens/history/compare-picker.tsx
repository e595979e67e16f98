import { ActionIcon, Button, Group, NativeSelect } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { VersionSummary } from '../../api/versions.ts';

/** A version by its number, or the draft. */
export type Side = number | 'draft';

interface Props {
  readonly policy: string;
  /** The newest first. */
  readonly versions: readonly VersionSummary[];
  readonly from: Side | undefined;
  readonly to: Side | undefined;
}

/** Chooses which two versions stand beside each other. */
export function ComparePicker({ policy, versions, from, to }: Props) {
  const navigate = useNavigate();
  const newest = versions[0]?.number;
  const [before, setBefore] = useState(String(from ?? newest ?? 'draft'));
  const [after, setAfter] = useState(String(to ?? 'draft'));
  const sides = [
    { value: 'draft', label: 'the draft' },
    ...versions.map(({ number, live }) => ({
      value: String(number),
      label: `version ${number}${live ? ', live' : ''}`,
    })),
  ];
  const side = (value: string): Side => (value === 'draft' ? value : Number(value));
  const show = (one: string, other: string): void => {
    const search = (old: { view?: 'words' | 'drawings' | 'definition' | undefined }) => ({
      view: old.view,
      from: side(one),
      to: side(other),
    });
    void navigate({ to: '/policies/$policy/compare', params: { policy }, search });
  };
  const swap = (): void => {
    setBefore(after);
    setAfter(before);
    show(after, before);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    show(before, after);
  };
  return (
    <form onSubmit={submit} aria-label="Compare two versions">
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label="Compare"
          data={sides}
          value={before}
          onChange={({ currentTarget }) => setBefore(currentTarget.value)}
        />
        <ActionIcon variant="default" size={36} aria-label="Swap the two" onClick={swap}>
          <IconArrowsExchange size={18} aria-hidden />
        </ActionIcon>
        <NativeSelect
          label="with"
          data={sides}
          value={after}
          onChange={({ currentTarget }) => setAfter(currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Compare
        </Button>
      </Group>
    </form>
  );
}
