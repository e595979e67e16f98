import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { readDollars, writeDollars } from '../../app/dollars.ts';
import { useFilter } from './use-filter.ts';

/** What a request has to have cost, in dollars. It counts when the field is left, or with Enter. */
export function CostFilter() {
  const { filter, narrow } = useFilter();
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const shown = filter.costAtLeast === undefined ? '' : writeDollars(filter.costAtLeast);
  const commit = (): void => {
    if (typed === null) return;
    const text = typed.trim();
    const cost = text === '' ? undefined : readDollars(text);
    setWrong(cost === null);
    if (cost === null) return;
    setTyped(null);
    narrow({ costAtLeast: cost });
  };
  return (
    <TextInput
      label="Cost at least"
      placeholder="0.05"
      leftSection="$"
      w={130}
      inputMode="decimal"
      value={typed ?? shown}
      error={wrong ? 'Write dollars, such as 0.05' : null}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onBlur={commit}
      onKeyDown={({ key }) => {
        if (key === 'Enter') commit();
      }}
    />
  );
}
