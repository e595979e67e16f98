import '../audit.css';
import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { leftTable } from '../../../api/audit-desk.ts';
import { Empty } from '../../../app/empty.tsx';
import { Failure } from '../../../app/failure.tsx';
import { Screen } from '../../../app/screen.tsx';
import { plural, sayCount, sayMoment } from '../../../app/words.ts';
import { AuditNav } from '../audit-nav.tsx';
import { useNames } from '../names.ts';
import { PrintButton } from '../print-button.tsx';
import { SaveTable } from '../save-table.tsx';
import { sayShownTime, spanOf } from '../shown-time.ts';
import { TimeChoice } from '../time-choice.tsx';
import { PlaceSection } from './place-section.tsx';
import { placesOf } from './places.ts';
import { useLeft } from './use-left.ts';

const route = getRouteApi('/audit/left-house');

/** Everything that was sent to models in a time: where to, by which path, and whether private data was looked for. */
export function LeftPage() {
  const shown = route.useSearch();
  const navigate = useNavigate({ from: '/audit/left-house' });
  const [now] = useState(() => Date.now());
  const span = spanOf(shown, now);
  const [from, to] = [span.from ?? 0, span.to ?? now];
  const { told, stop, again } = useLeft(from, to);
  const names = useNames();
  const places = useMemo(() => placesOf(told.groups), [told.groups]);
  const { state, done, total, error } = told;
  return (
    <Screen title="What left the house" aside={<PrintButton />}>
      <Stack gap="lg" className="audit-page">
        <AuditNav />
        <Text c="dimmed" maw={760}>
          Every request that was sent to a model, or to its provider to count the tokens, by provider and region as they
          were set up when it was sent, by the version that let it go, and by whether private data was taken out of it
          before.
        </Text>
        <div className="audit-screen-only">
          <TimeChoice
            shown={shown}
            onTime={(time) => navigate({ to: '/audit/left-house', search: { ...shown, ...time }, replace: true })}
          />
        </div>
        <Text className="audit-printed" size="sm">
          Time: {sayShownTime(shown)}. Printed on {sayMoment(Date.now())}.
        </Text>
        {state === 'running' ? (
          <Group gap="md">
            <div style={{ flex: 1, maxWidth: 480 }}>
              <Text size="sm" mb={4} role="status">
                {total === 0 ? 'Counting the requests …' : `${sayCount(done)} of ${plural(total, 'request')} read …`}
              </Text>
              <Progress
                value={total === 0 ? 0 : (done / total) * 100}
                aria-label="Requests read"
                transitionDuration={0}
              />
            </div>
            <Button variant="default" size="sm" onClick={stop}>
              Stop
            </Button>
          </Group>
        ) : (
          <Text size="sm" role="status">
            {state === 'done'
              ? `All ${plural(done, 'request')} of this time were read.`
              : `Only ${sayCount(done)} of ${plural(total, 'request')} were read, the oldest first.`}
          </Text>
        )}
        {error ? <Failure title="The rest could not be read" error={error} onRetry={again} /> : null}
        {state === 'stopped' ? (
          <Group className="audit-screen-only">
            <Button variant="default" size="sm" onClick={again}>
              Read all again
            </Button>
          </Group>
        ) : null}
        {state === 'done' && places.length > 0 ? (
          <SaveTable name="signalbox-left-house.csv" take={() => leftTable({ from, to })} />
        ) : null}
        {state === 'done' && places.length === 0 ? (
          <Empty title="Nothing was sent to any model">Choose a longer time than “{sayShownTime(shown)}”.</Empty>
        ) : null}
        {places.map((place) => (
          <PlaceSection
            key={`${place.provider} ${place.region} ${place.leavesHouse}`}
            place={place}
            span={{ from, to: span.to }}
            names={names}
          />
        ))}
      </Stack>
    </Screen>
  );
}
