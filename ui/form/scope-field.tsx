import { MultiSelect } from '@mantine/core';
import { useState } from 'react';
import { findFact, TAG_NAME } from '../../policies/facts.ts';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

const ALWAYS = ['project', 'key', 'team', 'user', 'usage'] as const;

const wordsOf = (name: string): string => (name === 'key' ? 'API key' : (findFact(name)?.label ?? name));

/** What is counted apart: parts of the organisation, and tags; one that was never seen is offered when its name is typed. */
export function ScopeField({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange, house, problems } = useForm();
  const [search, setSearch] = useState('');
  const place = sayPath(path);
  const error = [...problems].flatMap(([at, words]) => (at === place || at.startsWith(`${place}.`) ? words : []));
  const list: readonly unknown[] = Array.isArray(value) ? value : Array.isArray(slot.fallback) ? slot.fallback : [];
  const current = list.map(String);
  const tag = search.replace(/^tags?[ .]/, '');
  const seen = Object.keys(house.answer.tags).filter((name) => !ALWAYS.some((one) => one === name));
  const typed = TAG_NAME.test(tag) && !ALWAYS.some((one) => one === tag) ? [`tags.${tag}`] : [];
  const names = new Set([...ALWAYS, ...seen.map((name) => `tags.${name}`), ...current, ...typed]);
  return (
    <MultiSelect
      {...DROPDOWN}
      {...(isTitled ? { label: title } : { 'aria-label': title })}
      description={slot.help || undefined}
      placeholder={current.length === 0 ? (slot.hint.empty ?? 'everybody together') : ''}
      searchable
      readOnly={!mayChange}
      error={error.join(' ') || undefined}
      data={[...names].map((name) => ({ value: name, label: wordsOf(name) }))}
      value={current}
      searchValue={search}
      onSearchChange={setSearch}
      onChange={(next) => {
        setSearch('');
        change({ path, value: next, title, goesOn: false });
      }}
    />
  );
}
