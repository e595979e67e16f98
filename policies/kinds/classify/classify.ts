import { z } from 'zod';
import { COMPLEX_FROM, SIMPLE_BELOW } from '../../text/complexity.ts';
import { ask, defineKind, field } from '../kind.ts';

const share = z.number().min(0).max(1);

const settings = z
  .strictObject({
    simpleBelow: field(share.default(SIMPLE_BELOW), 'Simple below', 'Requests that score less are simple.', {
      widget: 'percentage',
      upTo: 'complexFrom',
    }),
    complexFrom: field(share.default(COMPLEX_FROM), 'Complex from', 'Requests that score this or more are complex.', {
      widget: 'percentage',
    }),
  })
  .refine((value) => value.simpleBelow <= value.complexFrom, {
    message: '“Simple below” cannot be above “complex from”.',
    path: ['simpleBelow'],
  });

const percent = (value: number): string => `${Math.round(value * 100)} %`;

export const classify = defineKind(
  { title: 'Classify', icon: 'gauge', group: 'decide', summary: 'Tells simple requests from complex ones.' },
  settings,
  { simpleBelow: SIMPLE_BELOW, complexFrom: COMPLEX_FROM },
  ({ simpleBelow, complexFrom }) => ({
    ports: [
      { name: 'simple', label: 'simple' },
      { name: 'standard', label: 'standard' },
      { name: 'complex', label: 'complex' },
    ],
    sentence: `Simple below ${percent(simpleBelow)}, complex from ${percent(complexFrom)}.`,
    compile: ({ node }) => {
      const need = { type: 'classify', node } as const;
      return () =>
        ask<'classify'>(need, (found) => {
          const level = levelOf(found.score, simpleBelow, complexFrom);
          return {
            port: level,
            reason: sayLevel(level, found),
            provides: { 'complexity.level': level, 'complexity.score': found.score },
          };
        });
    },
  }),
);

export type Level = 'simple' | 'standard' | 'complex';

/** The way of a score, from 0 to 1, between two thresholds: a score at a threshold belongs above it. */
export function levelOf(score: number, simpleBelow: number, complexFrom: number): Level {
  return score < simpleBelow ? 'simple' : score >= complexFrom ? 'complex' : 'standard';
}

function sayLevel(level: string, found: { score: number; reasons: readonly { words: string }[] }): string {
  const why = found.reasons
    .slice(0, 3)
    .map((reason) => reason.words)
    .join(', ');
  return `Scored ${percent(found.score)}, ${level}${why === '' ? '' : `: ${why}`}.`;
}
