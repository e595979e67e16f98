import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { channelsQuery } from '../api/alerts.ts';
import { KIND_WORDS } from '../screens/alerts/alert-words.ts';
import { ChannelForm } from '../screens/alerts/channel-form.tsx';
import { ShownSecret } from '../screens/alerts/shown-secret.tsx';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { PickOrMake } from './pick-or-make.tsx';

/** One of the channels of the house, by its name. */
export function ChannelPicker(field: FieldProps) {
  const { path, title } = field;
  const { change, house } = useForm();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<{ readonly name: string; readonly secret: string } | null>(null);
  const { data } = useQuery({ ...channelsQuery, enabled: isMaking });
  const { channels, teams } = house.answer;
  const choose = (name: string): void => change({ path, value: name, title, goesOn: false });
  return (
    <div>
      <PickOrMake
        {...field}
        what="channel"
        choices={channels.map(({ name, kind, shown }) => ({
          value: name,
          label: name,
          about: `${KIND_WORDS[kind]}, ${shown}`,
        }))}
        page="/alerts"
        onChoose={choose}
        onMake={() => setMaking(true)}
      />
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
