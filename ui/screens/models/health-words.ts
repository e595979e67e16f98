/** How a model is doing, in words. */
import type { ModelHealth } from '../../api/model-health.ts';
import { plural, sayCount, sayDuration, sayShare } from '../../app/words.ts';

/** What stands before the words, besides a colour. */
export type HealthMark = 'well' | 'partly' | 'badly' | 'rests' | 'tried' | 'idle';

export interface SaidHealth {
  readonly mark: HealthMark;
  /** To follow the name of the model: "answers well". */
  readonly words: string;
  /** What that means for requests. */
  readonly meaning: string;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const failedOf = ({ calls, errorRate }: ModelHealth): number => Math.round(calls * (errorRate ?? 0));

const sayFailed = (health: ModelHealth): string =>
  `${sayCount(failedOf(health))} of ${plural(health.calls, 'call')} failed`;

/** How a model is doing; null stands for one that was never called. Times are in the browser's time zone. */
export function sayHealth(health: ModelHealth | null): SaidHealth {
  if (health === null || (health.state === 'closed' && health.calls === 0 && health.underWay === 0)) {
    return { mark: 'idle', words: 'no calls in the last 5 minutes', meaning: 'The next request goes to it as usual.' };
  }
  const { state, restsUntil, calls } = health;
  const failed = failedOf(health);
  const until = restsUntil === null ? 'for a moment' : `until ${CLOCK.format(restsUntil)}`;
  if (state === 'open') {
    return {
      mark: 'rests',
      words: `rests ${until}, because ${failed === 0 ? 'it kept failing' : sayFailed(health)}`,
      meaning:
        'It kept failing, so requests go to the next model where a policy names one. After the rest one call is let through to try it.',
    };
  }
  if (state === 'resting') {
    return {
      mark: 'rests',
      words: `rests ${until}, after a call failed`,
      meaning:
        'A call failed, or its provider asked to be left alone. Until then requests go to the next model where a policy names one.',
    };
  }
  if (state === 'half_open') {
    return {
      mark: 'tried',
      words: failed === 0 ? 'is tried again with the next call' : `is tried again: ${sayFailed(health)}`,
      meaning: 'Its rest is over. One call is let through: when it is answered, all others follow.',
    };
  }
  const meaning = 'Requests go to it as usual.';
  if (calls === 0) return { mark: 'idle', words: 'its first calls are under way', meaning };
  if (failed === 0) return { mark: 'well', words: 'answers well', meaning };
  if (failed < calls / 2) return { mark: 'partly', words: `answers, but ${sayFailed(health)}`, meaning };
  return { mark: 'badly', words: `answers badly: ${sayFailed(health)}`, meaning };
}

/** The figures behind it: what each is of, and the figure. */
export function healthFigures(health: ModelHealth): readonly { readonly name: string; readonly figure: string }[] {
  const { calls, errorRate, firstTokenMs, tokensPerSecond, underWay } = health;
  const failed = errorRate === null || errorRate === 0 ? 'none failed' : `${sayShare(errorRate)} failed`;
  return [
    { name: 'Calls in the last 5 minutes', figure: calls === 0 ? 'none ended' : `${sayCount(calls)}, ${failed}` },
    {
      name: 'Until an answer begins',
      figure: firstTokenMs === null ? 'not known' : `${sayDuration(firstTokenMs)} on average`,
    },
    {
      name: 'Speed of writing',
      figure: tokensPerSecond === null ? 'not known' : `${plural(Math.round(tokensPerSecond), 'token')} a second`,
    },
    { name: 'Under way now', figure: underWay === 0 ? 'no call' : plural(underWay, 'call') },
  ];
}
