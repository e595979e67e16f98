/** What channels and messages are called on these pages. */
import type { AlertAbout, AlertState, ChannelKind, LoggedAlert, Topic } from '../../api/alerts.ts';
import { plural, sayMoment } from '../../app/words.ts';

export const KIND_WORDS: Readonly<Record<ChannelKind, string>> = {
  webhook: 'Signed webhook',
  slack: 'Slack',
  email: 'E-mail',
};

export const TOPIC_WORDS: Readonly<Record<Topic, { readonly title: string; readonly help: string }>> = {
  budgets: {
    title: 'Budgets',
    help: 'A budget nears its limit or is used up, a request costs more than was held, a model has no price.',
  },
  unusual: { title: 'Unusual spending', help: 'A key, a team or a workflow spends far more than it usually does.' },
  asks: { title: 'Requests for more', help: 'Somebody asks for more of a budget.' },
  approvals: {
    title: 'Requests for approval',
    help: 'Somebody asks for approval of a draft: for those who may give it.',
  },
  answers: {
    title: 'Answers to requests for approval',
    help: 'A draft is approved, sent back, or edited after somebody asked: for those who ask.',
  },
  emergencies: {
    title: 'Emergencies',
    help: 'Something was published without the approvals that it needed, and somebody has to follow it up.',
  },
  failures: { title: 'Failures', help: 'The gateway cannot record requests, and when it can again.' },
};

export const ABOUT_WORDS: Readonly<Record<AlertAbout, string>> = {
  budgets: TOPIC_WORDS.budgets.title,
  unusual: TOPIC_WORDS.unusual.title,
  asks: TOPIC_WORDS.asks.title,
  approvals: TOPIC_WORDS.approvals.title,
  answers: TOPIC_WORDS.answers.title,
  emergencies: TOPIC_WORDS.emergencies.title,
  failures: TOPIC_WORDS.failures.title,
  policy: 'An alert in a policy',
  test: 'A test',
  summary: 'Several, told in one',
};

export const STATE_WORDS: Readonly<Record<AlertState, string>> = {
  waiting: 'Waiting',
  sending: 'Being sent',
  delivered: 'Delivered',
  failed: 'Not delivered',
  summed: 'Told with others',
  dropped: 'Not sent',
};

/** What became of a message so far: how often it was tried, what was answered, and when it is tried next. */
export function sayState({ state, attempts, answer, nextAt }: LoggedAlert): string {
  const tried = attempts > 1 ? ` Tried ${plural(attempts, 'time')}.` : '';
  const next = state === 'waiting' && nextAt !== null && answer !== null ? ` Next try on ${sayMoment(nextAt)}.` : '';
  return `${answer ?? ''}${tried}${next}`.trim();
}

/** "10 minutes", "2 hours": a number of minutes. */
export const sayMinutes = (minutes: number): string =>
  minutes % 60 === 0 && minutes > 0 ? plural(minutes / 60, 'hour') : plural(minutes, 'minute');
