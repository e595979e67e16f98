import { Autocomplete, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { TAG_NAME } from '../../../policies/facts.ts';
import { houseQuery } from '../../api/house.ts';
import { readTag, tagsOf } from '../../api/records.ts';
import { useFilter } from './use-filter.ts';

/** All of them are seen at once: nothing has to be scrolled. */
const MOST_SHOWN = 8;

/** Adds a tag that requests have to have: one that was seen lately, or any that is written as name=value. */
export function TagFilter() {
  const { filter, narrow } = useFilter();
  const house = useQuery(houseQuery);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const chosen = tagsOf(filter);
  // The most frequent value of every tag first, so that one sees which tags there are.
  const seen = Object.entries(house.data?.tags ?? {})
    .flatMap(([name, values]) => values.map((value, rank) => ({ tag: `${name}=${value}`, rank })))
    .sort((a, b) => a.rank - b.rank)
    .map(({ tag }) => tag)
    .filter((tag) => !chosen.includes(tag));

  const add = (tag: string): void => {
    const read = readTag(tag);
    const isTag = read !== null && TAG_NAME.test(read.name);
    setWrong(!isTag);
    if (!isTag) return;
    setText('');
    // A tag has one value in a request.
    const others = chosen.filter((one) => readTag(one)?.name !== read.name);
    const tags = [...others, `${read.name}=${read.value}`];
    narrow({ tag: tags.length > 1 ? tags : tags[0] });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') add(text);
  };

  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Autocomplete
          label="Tag"
          placeholder="team=search"
          w={220}
          value={text}
          onChange={(typed) => {
            setText(typed);
            setWrong(false);
          }}
          onOptionSubmit={add}
          data={seen}
          limit={MOST_SHOWN}
          maxDropdownHeight={320}
          error={wrong ? 'Write it as name=value' : null}
        />
        <Button type="submit" variant="default" mb={wrong ? 24 : 0}>
          Filter
        </Button>
      </Group>
    </form>
  );
}
