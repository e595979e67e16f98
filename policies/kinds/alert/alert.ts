import { z } from 'zod';
import { ALERT_PLACEHOLDERS, unknownPlaceholders } from '../../alert-text.ts';
import { budgetSchema, scopeOf } from '../../budget.ts';
import type { AlertResult } from '../../effects.ts';
import { ask, defineKind, field } from '../kind.ts';

const PLACEHOLDERS = Object.keys(ALERT_PLACEHOLDERS).map((name) => `{${name}}`);
const DAY = 86_400;

const settings = z.strictObject({
  channel: field(z.string().min(1).max(120), 'Channel', 'Where the message goes. Two nodes may share one.', {
    widget: 'channel',
  }),
  text: field(
    z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .superRefine((text, context) => {
        const unknown = unknownPlaceholders(text);
        if (unknown.length === 0) return;
        const names = unknown.map((name) => `{${name}}`).join(', ');
        context.addIssue(`Nothing is known to put in place of ${names}. Use one of: ${PLACEHOLDERS.join(', ')}.`);
      }),
    'Message',
    `For people. These are filled in: ${PLACEHOLDERS.join(', ')}. What the request says is never sent.`,
    { widget: 'long text' },
  ),
  everySeconds: field(
    z
      .number()
      .min(60)
      .max(7 * DAY)
      .default(3600),
    'At most once in',
    'What comes sooner is not told.',
    { widget: 'duration', unit: 'seconds' },
  ),
  scope: field(
    budgetSchema.shape.scope.default([]),
    'Counted apart',
    'Each of these is told of for itself. Nothing chosen: the whole organisation together.',
    { widget: 'scope', empty: 'everybody together' },
  ),
});

const UNITS = [
  ['day', DAY],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length of time in its largest whole unit: “an hour”, “90 minutes”. */
function sayLength(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds % one === 0) ?? UNITS[3];
  const count = Math.round((seconds / length) * 10) / 10;
  return count === 1 ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `${count.toLocaleString('en-US')} ${unit}s`;
}

const sayApart = (scope: readonly string[]): string =>
  scope.length === 0
    ? ''
    : ` for each ${scope.map((name) => (name.startsWith('tags.') ? `tag ${name.slice(5)}` : name)).join(' and ')}`;

function sayAlert({ alert: state, channel, scope }: AlertResult, every: string): string {
  const of = scope === '' ? '' : ` of ${scope}`;
  switch (state) {
    case 'noted':
      return `“${channel}” is told${of}.`;
    case 'told_before':
      return `“${channel}” was told${of} less than ${every} ago, and is not told again.`;
    case 'no_channel':
      return `There is no channel “${channel}” any more, so nobody was told.`;
    case 'full':
      return `Too many messages are waiting, so “${channel}” was not told${of}.`;
    case 'not_known':
      return `“${channel}” would be told${of}, unless that was done a moment before.`;
  }
}

export const alert = defineKind(
  {
    title: 'Alert',
    icon: 'bell',
    group: 'decide',
    summary: 'Tells people that a request has come this way; the request goes on.',
  },
  settings,
  { channel: '', text: 'A request of {team} has come to {node}.', everySeconds: 3600, scope: [] },
  ({ channel, text, everySeconds, scope }) => {
    const every = sayLength(everySeconds);
    return {
      ports: [{ name: 'next', label: 'next' }],
      sentence: `Tells “${channel}”, at most once in ${every}${sayApart(scope)}.`,
      scope,
      channels: [channel],
      compile: ({ node }) => {
        const question = { type: 'alert', node, channel, text, everyMs: everySeconds * 1000 } as const;
        return (run) =>
          ask<'alert'>({ ...question, scope: scopeOf({ scope }, run) }, (result) => ({
            port: 'next',
            reason: sayAlert(result, every),
          }));
      },
    };
  },
);
