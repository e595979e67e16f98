import { Checkbox, SimpleGrid, Stack, TagsInput, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ENDPOINT_WORDS, KEY_ENDPOINTS } from '../../../policies/key-limits.ts';
import { aliasesQuery } from '../../api/aliases.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { MomentChoice } from '../models/moment-choice.tsx';
import type { TypedLimits } from './typed-limits.ts';

const firstLarge = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

interface Props {
  readonly value: TypedLimits;
  readonly errors: Readonly<Record<keyof TypedLimits, string | null>>;
  readonly models: HouseAnswer['models'];
  readonly onChange: (value: TypedLimits) => void;
}

/** What a key may be used for, with which models, from where and until when. */
export function LimitFields({ value, errors, models, onChange }: Props) {
  const { data: aliases } = useQuery(aliasesQuery);
  const change = (part: Partial<TypedLimits>): void => onChange({ ...value, ...part });
  const providers = [...new Set(models.map(({ provider }) => `${provider}/*`))];
  return (
    <Stack gap="lg">
      <Checkbox.Group
        label="What it may be used for"
        description="Everything else is refused. All of them also means whatever is added later."
        value={[...value.endpoints]}
        error={errors.endpoints}
        onChange={(chosen) => change({ endpoints: KEY_ENDPOINTS.filter((one) => chosen.includes(one)) })}
      >
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing="xs" mt="xs" mb="xs">
          {KEY_ENDPOINTS.map((one) => (
            <Checkbox key={one} value={one} label={firstLarge(ENDPOINT_WORDS[one])} />
          ))}
        </SimpleGrid>
      </Checkbox.Group>
      <TagsInput
        label="Models"
        description="Whatever a policy chooses, no other model is called for this key. Leave it empty for all. Press Enter after each."
        placeholder={value.models.length === 0 ? 'all models' : ''}
        data={[
          { group: 'All of a provider', items: providers },
          { group: 'Aliases', items: (aliases ?? []).map(({ name }) => name) },
          { group: 'Models', items: models.map(({ id }) => id) },
        ]}
        limit={40}
        // Its own scrolling stands between the list and the field, so that readers take it for something to be focused.
        withScrollArea={false}
        styles={{ options: { maxHeight: 240, overflowY: 'auto' } }}
        maxTags={50}
        value={[...value.models]}
        error={errors.models}
        onChange={(chosen) => change({ models: chosen })}
        clearable={false}
      />
      <Textarea
        label="Networks"
        description="Addresses or networks from which it may be used, one in a line, such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32. Leave it empty for everywhere."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={value.networks}
        error={errors.networks}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        onChange={({ currentTarget }) => change({ networks: currentTarget.value })}
      />
      <MomentChoice
        legend="How long it can be used"
        atOnce="Without an end"
        later="Until a moment to come"
        moment="It ends"
        value={value.end}
        error={errors.end}
        onChange={(end) => change({ end })}
      />
    </Stack>
  );
}
