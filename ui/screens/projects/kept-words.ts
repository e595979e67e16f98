/** What is kept of requests, in words. */
import type { ContentSetting } from '../../api/retention.ts';
import { plural } from '../../app/words.ts';

type Form = ContentSetting['content'];

export const FORM_TITLES: Readonly<Record<Form, string>> = {
  redacted: 'What models got and wrote',
  full: 'Everything, as apps sent and got it',
  none: 'Nothing',
};

export const FORM_WORDS: Readonly<Record<Form, string>> = {
  redacted: 'What a policy takes out is not in it.',
  full: 'Also what policies take out, such as personal data.',
  none: 'Neither questions nor answers. What requests cost, and which way they took, is still known.',
};

/** "for ever", "for 30 days". */
const sayDays = (days: number | null): string => (days === null ? 'for ever' : `for ${plural(days, 'day')}`);

/** One sentence about what is said, and one about the rest. */
export function sayKept({ content, contentDays, recordDays }: ContentSetting): string {
  const said = {
    redacted: `What models got and wrote is kept ${sayDays(contentDays)}, without what policies take out.`,
    full: `Everything that apps send and get is kept ${sayDays(contentDays)}, also what policies take out.`,
    none: 'Nothing of what is said is kept.',
  }[content];
  return `${said} The rest of a request is kept ${sayDays(recordDays)}.`;
}

/** Whether something goes sooner than before, so that what is older now is deleted. */
export function goesSooner(before: ContentSetting, after: ContentSetting): boolean {
  const sooner = (old: number | null, next: number | null): boolean => next !== null && (old === null || next < old);
  return sooner(before.contentDays, after.contentDays) || sooner(before.recordDays, after.recordDays);
}

const MOST_DAYS = 3653;

/** The days that were typed, null for ever; undefined where it is no number of days. */
export function readDays(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  const days = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  return days >= 1 && days <= MOST_DAYS ? days : undefined;
}

export const NO_DAYS = `Give a number of days from 1 to ${MOST_DAYS}, or leave it empty.`;
