import { Button, SimpleGrid, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Channel, type ChannelsAnswer, channelsQuery } from '../../api/alerts.ts';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { useMay } from '../../api/may.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { ChannelCard } from './channel-card.tsx';
import { DeleteChannel, RotateSecret } from './channel-dialogs.tsx';
import { ChannelForm } from './channel-form.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { ShownSecret } from './shown-secret.tsx';

const REFRESH_MS = 10_000;

/** Who is told what happens, and what they were told. */
export function Alerts() {
  const channels = useQuery({ ...channelsQuery, refetchInterval: REFRESH_MS });
  const house = useQuery(houseQuery);
  const mayChange = useMay()('change alert');
  const [isMaking, setMaking] = useState(false);
  const error = channels.error ?? house.error;
  const aside = mayChange ? (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}>
      New channel
    </Button>
  ) : undefined;
  return (
    <Screen title="Alerts" aside={aside}>
      <Text c="dimmed" maw={760}>
        A channel tells people what happens: by a message to a program, to Slack, or by e-mail. What a request says is
        never sent.
      </Text>
      {channels.data && house.data ? (
        <Found
          answer={channels.data}
          house={house.data}
          mayChange={mayChange}
          isMaking={isMaking}
          setMaking={setMaking}
        />
      ) : error ? (
        <Failure
          title="The channels could not be loaded"
          error={error}
          onRetry={() => Promise.all([channels.refetch(), house.refetch()])}
        />
      ) : (
        <Waiting what="the channels" />
      )}
    </Screen>
  );
}

/** What is before the screen, and of which channel. */
type Shown =
  | { readonly what: 'change' | 'rotate' | 'delete'; readonly channel: Channel }
  | { readonly what: 'secret'; readonly name: string; readonly secret: string };

interface FoundProps {
  readonly answer: ChannelsAnswer;
  readonly house: HouseAnswer;
  readonly mayChange: boolean;
  readonly isMaking: boolean;
  readonly setMaking: (isMaking: boolean) => void;
}

function Found({ answer: { channels, canMail }, house, mayChange, isMaking, setMaking }: FoundProps) {
  const [shown, setShown] = useState<Shown | null>(null);
  const teams = new Map(house.teams.map(({ id, name }) => [id, name]));
  const close = (): void => setShown(null);
  return (
    <>
      {channels.length === 0 ? (
        <Empty title="There is no channel yet">
          {mayChange ? (
            <>
              <Text mb="md">Make one, and people hear of it before a budget is spent, not after.</Text>
              <Button onClick={() => setMaking(true)}>New channel</Button>
            </>
          ) : (
            'Ask an admin to make one.'
          )}
        </Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {channels.map(({ channel, last }) => (
            <ChannelCard
              key={channel.id}
              channel={channel}
              last={last}
              team={channel.team === null ? null : (teams.get(channel.team) ?? 'that is gone')}
              mayChange={mayChange}
              onChange={() => setShown({ what: 'change', channel })}
              onRotate={() => setShown({ what: 'rotate', channel })}
              onDelete={() => setShown({ what: 'delete', channel })}
            />
          ))}
        </SimpleGrid>
      )}
      <DeliveryLog channels={channels.map(({ channel }) => channel)} mayChange={mayChange} />
      {isMaking ? (
        <ChannelForm
          channel={null}
          teams={house.teams}
          canMail={canMail}
          onDone={({ name }, secret) => {
            setMaking(false);
            if (secret !== null) setShown({ what: 'secret', name, secret });
          }}
          onClose={() => setMaking(false)}
        />
      ) : null}
      {shown?.what === 'change' ? (
        <ChannelForm channel={shown.channel} teams={house.teams} canMail={canMail} onDone={close} onClose={close} />
      ) : null}
      {shown?.what === 'rotate' ? (
        <RotateSecret
          channel={shown.channel}
          onDone={(secret) => setShown({ what: 'secret', name: shown.channel.name, secret })}
          onClose={close}
        />
      ) : null}
      {shown?.what === 'delete' ? <DeleteChannel channel={shown.channel} onClose={close} /> : null}
      {shown?.what === 'secret' ? <ShownSecret name={shown.name} secret={shown.secret} onClose={close} /> : null}
    </>
  );
}
