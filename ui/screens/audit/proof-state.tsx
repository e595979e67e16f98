import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useState } from 'react';
import type { AuditState, LogState } from '../../api/audit.ts';
import { TextLink } from '../../app/text-link.tsx';
import { plural, sayAgo, sayCount, sayMoment } from '../../app/words.ts';

/** How far the past is proved, what does not fit, and what a proof shows and does not show. */
export function ProofState({ state }: { readonly state: AuditState }) {
  const [isOpen, setOpen] = useState(false);
  const broken = state.logs.filter(({ verified }) => verified?.fault);
  const whole = state.logs.filter(({ verified }) => !verified?.fault);
  const refused = state.logs.flatMap((log) => (log.refused === null ? [] : [{ ...log, why: log.refused }]));
  return (
    <Stack gap="sm" component="section" aria-label="How far the past is proved">
      {broken.map((log) => (
        <Broken key={log.log} log={log} />
      ))}
      {whole.length > 0 ? (
        <Alert variant="light" color="teal" icon={<IconShieldCheck aria-hidden />} title={sayVerified(whole)}>
          <Stack gap={4}>
            {whole.map((log) => (
              <Text key={log.log}>{sayWhole(log)}</Text>
            ))}
            {state.waiting > 0 ? (
              <Text size="sm">
                {state.waiting >= 10_000 ? 'More than 10,000 requests' : plural(state.waiting, 'request')} just came in
                and {state.waiting === 1 ? 'is' : 'are'} sealed within a minute.
              </Text>
            ) : null}
          </Stack>
        </Alert>
      ) : null}
      {state.publicKey === null ? (
        <Alert variant="light" color="orange" icon={<IconAlertTriangle aria-hidden />} title="Nothing is signed">
          The key that signs cannot be read, so nobody outside can check the history. Ask whoever runs the gateway to
          put back the secret that it was sealed with.
        </Alert>
      ) : null}
      {refused.map(({ log, why }) => (
        <Alert
          key={log}
          variant="light"
          color="orange"
          icon={<IconAlertTriangle aria-hidden />}
          title={`${nameOfLog(log)}: no checkpoint is signed any more`}
        >
          {why}
        </Alert>
      ))}
      <div className="audit-screen-only">
        <Button variant="subtle" size="compact-md" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide what this shows and what it does not' : 'What this shows, and what it does not'}
        </Button>
      </div>
      <div className="audit-lists" data-open={isOpen}>
        <Points title="What this shows" points={state.shows} />
        <Points title="What it does not show" points={state.doesNotShow} />
      </div>
    </Stack>
  );
}

function Points({ title, points }: { readonly title: string; readonly points: readonly string[] }) {
  return (
    <div>
      <Text fw={600}>{title}</Text>
      <ul>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </div>
  );
}

/** "Verified to entry 1,234, at 22 Nov 2026, 10:30:00". */
function sayVerified(whole: readonly LogState[]): string {
  const verified = whole.find(({ kind }) => kind === 'history')?.verified;
  if (!verified) return 'What was read again, and fits';
  return `Verified to entry ${sayCount(verified.to)}, at ${sayMoment(verified.at)}`;
}

/** "The history", "The requests of gateway-1". */
function nameOfLog(log: string): string {
  const gateway = /^records\/(.+)$/.exec(log)?.[1];
  return gateway === undefined ? 'The history' : `The requests of the gateway ${gateway}`;
}

function sayWhole({ log, kind, verified, checkpoint }: LogState): string {
  const is = kind === 'history' ? 'is' : 'are';
  const entry = kind === 'history' ? 'entry' : 'request';
  const checked = verified
    ? `${is} unbroken up to ${entry} ${sayCount(verified.to)}, checked ${sayAgo(verified.at, Date.now())}`
    : `${is} not read again yet, which happens after each start and once a day`;
  const signed = checkpoint
    ? `the last signed checkpoint is of ${sayMoment(checkpoint.at)} and covers ${plural(checkpoint.size, entry, kind === 'history' ? 'entries' : 'requests')}`
    : 'no checkpoint is signed yet: the first follows within a minute';
  return `${nameOfLog(log)} ${checked}; ${signed}.`;
}

function Broken({ log: { log, kind, verified } }: { readonly log: LogState }) {
  const place = (verified?.to ?? 0) + 1;
  const where = kind === 'history' ? ` at entry ${sayCount(place)}` : '';
  return (
    <Alert
      variant="filled"
      color="red.9"
      c="white"
      icon={<IconShieldX aria-hidden />}
      title={`${nameOfLog(log)} ${kind === 'history' ? 'is' : 'are'} broken${where}`}
      role="alert"
      className="audit-broken"
      styles={{ title: { color: 'inherit' }, message: { color: 'inherit' } }}
    >
      <Stack gap="xs">
        <Text fw={600}>{verified?.fault}</Text>
        <Text>
          Somebody has altered or taken away what was written down, or a backup was put in place that is older. Up to{' '}
          {sayCount(place - 1)} everything fits; from there on nothing is proved. Keep a copy of the database as it is
          now, take the audit along below, and ask whoever runs the gateway to run “npm run audit:verify”, which names
          everything that does not fit.
        </Text>
        {kind === 'history' ? (
          <div>
            <TextLink to="/audit/$sequence" params={{ sequence: String(place) }} c="inherit" td="underline" fw={600}>
              See entry {sayCount(place)}
            </TextLink>
          </div>
        ) : null}
      </Stack>
    </Alert>
  );
}
