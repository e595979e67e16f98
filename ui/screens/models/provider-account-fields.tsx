import { PasswordInput, TextInput } from '@mantine/core';
import type { AccountKind } from '../../api/providers.ts';

interface Props {
  readonly kind: AccountKind;
  readonly values: Readonly<Record<string, string>>;
  /** Names of the secret fields that are filled in already. */
  readonly filled: readonly string[];
  readonly errors: Readonly<Record<string, string | null>>;
  readonly onChange: (field: string, value: string) => void;
}

/** What a kind of provider has to be told: addresses, keys and the like. */
export function AccountFields({ kind, values, filled, errors, onChange }: Props) {
  return kind.fields.map(({ name, label, help, type, required, standard }) => {
    const shared = {
      label,
      description: help,
      required: required && !filled.includes(name) && standard === null,
      value: values[name] ?? '',
      error: errors[name] ?? null,
      spellCheck: false,
    };
    if (type === 'secret') {
      return (
        <PasswordInput
          {...shared}
          key={`${kind.kind} ${name}`}
          autoComplete="off"
          placeholder={filled.includes(name) ? 'stays as it is' : ''}
          visibilityToggleButtonProps={{ 'aria-label': `Show “${label}”` }}
          onChange={({ currentTarget }) => onChange(name, currentTarget.value)}
        />
      );
    }
    return (
      <TextInput
        {...shared}
        key={`${kind.kind} ${name}`}
        type={type === 'address' ? 'url' : 'text'}
        autoComplete="off"
        placeholder={standard ?? (type === 'address' ? 'https://' : '')}
        onChange={({ currentTarget }) => onChange(name, currentTarget.value)}
      />
    );
  });
}

/** What is wrong with each field as it stands; null where nothing is. */
export function fieldErrors(
  kind: AccountKind,
  values: Readonly<Record<string, string>>,
  filled: readonly string[],
): Record<string, string | null> {
  return Object.fromEntries(
    kind.fields.map(({ name, label, type, required, standard }) => {
      const value = (values[name] ?? '').trim();
      if (value === '') {
        const isMissing = required && standard === null && !filled.includes(name);
        return [name, isMissing ? `Enter “${label}”: ${kind.title} needs it.` : null];
      }
      const isWrong = type === 'address' && !/^https?:\/\/[^\s/]/i.test(value);
      return [name, isWrong ? 'An address begins with https:// or http://.' : null];
    }),
  );
}
