import { Anchor, Button, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { channelsQuery } from '../api/alerts.ts';
import { KIND_WORDS } from '../screens/alerts/alert-words.ts';
import { ChannelForm } from '../screens/alerts/channel-form.tsx';
import { ShownSecret } from '../screens/alerts/shown-secret.tsx';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** One of the channels of the house, by its name; or a new one, made on the spot. */
export function ChannelPicker({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange, house } = useForm();
  const error = useErrorAt(sayPath(path));
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<{ readonly name: string; readonly secret: string } | null>(null);
  const { data } = useQuery({ ...channelsQuery, enabled: isMaking });
  const current = String(value ?? slot.fallback ?? '');
  const { channels, teams } = house.answer;
  const byName = new Map(channels.map((one) => [one.name, one]));
  const chosen = byName.get(current);
  const isUnknown = current !== '' && !chosen;
  const choose = (name: string): void => change({ path, value: name, title, goesOn: false });
  const explained = isUnknown ? 'There is no channel of this name. Choose another, or make one.' : undefined;
  return (
    <div>
      <Select
        {...DROPDOWN}
        {...(isTitled ? { label: title } : { 'aria-label': title })}
        description={slot.help || undefined}
        searchable
        allowDeselect={false}
        placeholder="Choose a channel"
        nothingFoundMessage="No channel has that in its name. Make one with the button below."
        data={[
          ...(isUnknown ? [{ value: current, label: `${current} (does not exist)` }] : []),
          ...channels.map(({ name }) => ({ value: name, label: name })),
        ]}
        value={current === '' ? null : current}
        error={explained ?? (current === '' ? 'No channel is chosen yet.' : error)}
        readOnly={!mayChange}
        onChange={(name) => name !== null && choose(name)}
      />
      {chosen ? (
        <Text size="xs" c="dimmed" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {KIND_WORDS[chosen.kind]}, {chosen.shown}
        </Text>
      ) : null}
      <Group gap="md" mt="xs">
        {mayChange ? (
          <Button size="compact-xs" variant="default" onClick={() => setMaking(true)}>
            Make a channel
          </Button>
        ) : null}
        <Anchor href="/alerts" target="_blank" size="xs">
          All channels (opens in a new tab)
        </Anchor>
      </Group>
      {isMaking ? (
        <ChannelForm
          channel={null}
          teams={teams}
          canMail={data?.canMail ?? false}
          onDone={({ name }, secret) => {
            choose(name);
            setMaking(false);
            if (secret !== null) setMade({ name, secret });
          }}
          onClose={() => setMaking(false)}
        />
      ) : null}
      {made ? <ShownSecret {...made} onClose={() => setMade(null)} /> : null}
    </div>
  );
}
