import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { findKind } from '../../policies/compile.ts';
import { type Fact, facts, findFact, TAG_NAME } from '../../policies/facts.ts';
import { DROPDOWN } from './dropdown.ts';
import { type FormFrame, useForm } from './form-context.tsx';

interface Props {
  readonly name: string;
  readonly fact: Fact;
  readonly onPick: (fact: Fact) => void;
}

/** The fact to compare: found by typing. A tag that was never seen is offered as soon as its name is typed. */
export function FactPicker({ name, fact, onPick }: Props) {
  const { mayChange, house, kindsBefore } = useForm();
  const [search, setSearch] = useState('');
  const groups = useMemo(() => groupsOf(house.answer.tags, kindsBefore), [house, kindsBefore]);
  const known = new Set(groups.flatMap(({ items }) => items.map(({ value }) => value)));
  const typed = search.replace(/^tags?[ .]/, '');
  const own =
    TAG_NAME.test(typed) && !known.has(`tags.${typed}`) && !facts.has(typed) ? [factOption(`tags.${typed}`)] : [];
  const chosen = known.has(fact.name) || own.some(({ value }) => value === fact.name) ? [] : [factOption(fact.name)];
  const last = { group: 'Another tag', items: own };
  return (
    <Select
      {...DROPDOWN}
      flex={1}
      miw={0}
      size="xs"
      aria-label={`${name}: what is compared`}
      searchable
      allowDeselect={false}
      nothingFoundMessage="Nothing is called that. A tag is offered when you type its name."
      data={[...chosen, ...groups, ...(search === '' || search === fact.label || own.length === 0 ? [] : [last])]}
      value={fact.name}
      readOnly={!mayChange}
      onSearchChange={setSearch}
      onChange={(next) => {
        const found = next === null ? undefined : findFact(next);
        if (found && found.name !== fact.name) onPick(found);
      }}
    />
  );
}

const firstLarge = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const factOption = (name: string) => ({ value: name, label: firstLarge(findFact(name)?.label ?? name) });

/** All facts that can be chosen; those that no node before this one provides are there too, with what is missing. */
function groupsOf(tags: Readonly<Record<string, unknown>>, before: FormFrame['kindsBefore']) {
  const always = [...facts.values()].filter(({ providedBy }) => providedBy === undefined);
  const provided = [...facts.values()].flatMap(({ name, label, providedBy }) => {
    if (providedBy === undefined) return [];
    const kind = findKind(providedBy)?.title ?? providedBy;
    const isKnown = before.has(providedBy);
    const why = isKnown ? '' : ` (put a ${kind} node before this one)`;
    return [{ value: name, label: `${firstLarge(label)}${why}`, disabled: !isKnown }];
  });
  const names = Object.keys(tags).filter((tag) => findFact(`tags.${tag}`) !== undefined && !facts.has(tag));
  const sources = [...new Set([...names, 'team', 'user', 'usage'])];
  return [
    { group: 'Of every request', items: always.map(({ name }) => factOption(name)) },
    { group: 'Tags seen in requests', items: names.map((tag) => factOption(`tags.${tag}`)) },
    { group: 'Known behind other nodes', items: provided },
    { group: 'Who set a tag', items: sources.map((tag) => factOption(`tag_source.${tag}`)) },
  ].filter(({ items }) => items.length > 0);
}
