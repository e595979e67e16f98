import { Autocomplete, Group, Select } from '@mantine/core';
import type { HouseAnswer } from '../api/house.ts';
import { DROPDOWN } from '../form/dropdown.ts';
import { sayScopeName } from './budget-words.ts';

interface Props {
  /** What the budget counts by. */
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly house: HouseAnswer;
  readonly error: string | null;
  readonly onChange: (values: readonly string[]) => void;
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** One part of a budget: a value for each thing that it counts by. */
export function ScopeInput({ names, values, house, error, onChange }: Props) {
  const set = (place: number, value: string): void =>
    onChange(names.map((_, i) => (i === place ? value : (values[i] ?? ''))));
  return (
    <Group grow align="flex-start">
      {names.map((name, i) => {
        const common = {
          ...DROPDOWN,
          label: sentence(sayScopeName(name)),
          required: true,
          limit: 60,
          error: values[i] ? null : error,
          ...(i === 0 ? { 'data-autofocus': true } : {}),
        };
        if (name === 'key') {
          return (
            <Select
              key={name}
              {...common}
              searchable
              allowDeselect={false}
              data={house.keys.map(({ id, name: label }) => ({ value: id, label }))}
              value={values[i] || null}
              onChange={(value) => set(i, value ?? '')}
            />
          );
        }
        return (
          <Autocomplete
            key={name}
            {...common}
            description="As requests name it."
            openOnFocus={false}
            data={knownValues(name, house)}
            value={values[i] ?? ''}
            onChange={(value) => set(i, value)}
          />
        );
      })}
    </Group>
  );
}

function knownValues(name: string, { projects, teams, tags }: HouseAnswer): string[] {
  const seen = tags[name.replace(/^tags\./, '')] ?? [];
  const stored = name === 'project' ? projects : name === 'team' ? teams : [];
  return [...new Set([...stored.map((one) => one.name), ...seen])];
}
