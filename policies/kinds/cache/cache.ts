import { z } from 'zod';
import type { CacheResult } from '../../effects.ts';
import { sayDuration } from '../../say-duration.ts';
import { ask, defineKind, field } from '../kind.ts';

const DAY = 86_400;

const settings = z.strictObject({
  keptSeconds: field(
    z
      .int()
      .min(1)
      .max(30 * DAY)
      .default(3600),
    'Kept for',
    'After this time an answer is not given again.',
    { widget: 'duration', unit: 'seconds' },
  ),
  within: field(
    z.enum(['project', 'organisation']).default('project'),
    'Shared within',
    'Who gets an answer that somebody else has caused.',
    { words: { project: 'its project', organisation: 'the whole organisation' } },
  ),
  mayBypass: field(
    z.boolean().default(true),
    'Apps may ask for a fresh answer',
    'With the header “cache-control: no-cache”; the fresh answer takes the place of the one kept.',
  ),
});

function sayResult({ cache: state, model, ageMs }: CacheResult): string {
  const by = model === null ? '' : ` by ${model}`;
  switch (state) {
    case 'hit':
      return ageMs === null
        ? `The answer is kept${by}.`
        : `The same request was answered${by} ${sayDuration(Math.max(1, Math.round(ageMs / 1000)), 'seconds')} ago.`;
    case 'miss':
      return 'No answer to this request is kept.';
    case 'other_form':
      return 'An answer is kept, but not in the form that was asked for (as a stream, or in one piece), and it cannot be retold.';
    case 'bypass':
      return 'The app asked for a fresh answer.';
    case 'not_known':
      return 'This cache was not met when the request came in, and is taken to be empty.';
  }
}

export const cache = defineKind(
  {
    title: 'Cache',
    icon: 'database',
    group: 'spend',
    summary: 'Gives the answer again that the same request has had before.',
  },
  settings,
  { keptSeconds: 3600, within: 'project', mayBypass: true },
  ({ keptSeconds, within, mayBypass }) => ({
    ports: [{ name: 'miss', label: 'miss' }],
    sentence: `Answers are kept for ${sayDuration(keptSeconds, 'seconds')}, within ${within === 'project' ? 'the project' : 'the organisation'}.`,
    compile: ({ node }) => {
      const need = { type: 'cache', node, within, keptMs: keptSeconds * 1000, mayBypass } as const;
      return () =>
        ask<'cache'>(need, (result) => {
          const reason = sayResult(result);
          if (result.cache === 'hit') return { end: { type: 'cached', model: result.model }, reason };
          return { port: 'miss', reason };
        });
    },
  }),
);
