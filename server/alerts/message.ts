/** What people are told, before it is known by which channels. */
import type { ChannelEntry } from '../control/snapshot.ts';

/** What channels can be chosen for. */
export const ALERT_TOPICS = ['budgets', 'unusual', 'asks', 'approvals', 'answers', 'emergencies', 'failures'] as const;
export type AlertTopic = (typeof ALERT_TOPICS)[number];

/** What a message is about: a topic, the alert of a policy, a test, or several messages that were held back. */
export const ALERT_ABOUT = [...ALERT_TOPICS, 'policy', 'test', 'summary'] as const;
export type AlertAbout = (typeof ALERT_ABOUT)[number];

export type AlertData = Readonly<Record<string, string | number | null>>;

export interface AlertMessage {
  readonly organisation: string;
  readonly about: AlertTopic | 'policy';
  /** The channel of that name alone; null for all that have the topic. */
  readonly channel: string | null;
  /** Ids of the teams that it is about: their own channels hear of it too. */
  readonly teams: readonly string[];
  /** By which it is told once, until a moment (milliseconds since 1970) or for good (null). */
  readonly once: { readonly mark: string; readonly until: number | null } | null;
  readonly title: string;
  readonly text: string;
  /** The page that it is about, such as `/budgets/…`. */
  readonly path: string | null;
  /** For programs that read a webhook. `by` is the id of who did it: that person gets no e-mail about it. */
  readonly data: AlertData;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The channels that a message goes to. */
export function channelsFor(message: AlertMessage, channels: ReadonlyMap<string, ChannelEntry>): ChannelEntry[] {
  const { organisation, about, channel: name, teams } = message;
  return [...channels.values()].filter((channel) => {
    if (channel.organisation !== organisation) return false;
    if (name !== null) return channel.name === name;
    if (about === 'policy' || !channel.topics.includes(about)) return false;
    return channel.team === null || teams.includes(channel.team);
  });
}
