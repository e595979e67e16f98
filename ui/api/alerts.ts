/** Channels, by which people are told what happens, and the log of what they were told. */
import { infiniteQueryOptions, keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { refreshHouse } from './house.ts';

export const CHANNEL_KINDS = ['webhook', 'slack', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];
export const TOPICS = ['budgets', 'unusual', 'asks', 'approvals', 'answers', 'emergencies', 'failures'] as const;
export type Topic = (typeof TOPICS)[number];
export const ALERT_ABOUT = [...TOPICS, 'policy', 'test', 'summary'] as const;
export type AlertAbout = (typeof ALERT_ABOUT)[number];
export const ALERT_STATES = ['waiting', 'sending', 'delivered', 'failed', 'summed', 'dropped'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

const PAGE = 50;

const channelSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  /** Where it leads, as far as everybody may see it. */
  shown: z.string(),
  topics: z.array(z.enum(TOPICS)),
  /** Id of the team whose messages alone it gets; null for those of the whole organisation. */
  team: z.string().nullable(),
  quietMinutes: z.number(),
});
export type Channel = z.infer<typeof channelSchema>;

const alertSchema = z.object({
  id: z.string(),
  channel: z.string(),
  channelName: z.string(),
  about: z.enum(ALERT_ABOUT),
  title: z.string(),
  text: z.string(),
  path: z.string().nullable(),
  at: z.number(),
  state: z.enum(ALERT_STATES),
  attempts: z.number(),
  nextAt: z.number().nullable(),
  /** What came of the last attempt, in words. */
  answer: z.string().nullable(),
  endedAt: z.number().nullable(),
});
export type LoggedAlert = z.infer<typeof alertSchema>;

/** Where a channel leads; an address is sent and never comes back. */
export type ChannelTarget =
  | { readonly kind: 'webhook' | 'slack'; readonly url: string }
  | { readonly kind: 'email'; readonly to: readonly string[] };

export type NewChannel = Pick<Channel, 'name' | 'topics' | 'team' | 'quietMinutes'> & {
  readonly target: ChannelTarget;
};

const CHANNELS = ['channels'];
const ALERTS = ['alerts'];

const channelsAnswer = z.object({
  channels: z.array(z.object({ channel: channelSchema, last: alertSchema.nullable() })),
  /** Whether a mail server is set up. */
  canMail: z.boolean(),
});
export type ChannelsAnswer = z.infer<typeof channelsAnswer>;

/** All channels by their names, each with the newest message to it. */
export const channelsQuery = queryOptions({
  queryKey: CHANNELS,
  queryFn: ({ signal }) => ask(channelsAnswer, '/channels', { signal }),
});

export interface AlertFilter {
  readonly channel?: string | undefined;
  readonly state?: AlertState | undefined;
  readonly about?: AlertAbout | undefined;
}

/** What people were told, the newest first. */
export const alertsQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: [...ALERTS, filter],
    initialPageParam: null as string | null,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PAGE) });
      for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
      if (pageParam !== null) query.set('before', pageParam);
      const answer = z.object({ alerts: z.array(alertSchema), next: z.string().nullable() });
      return ask(answer, `/alerts?${query}`, { signal });
    },
    getNextPageParam: ({ next }) => next,
  });

const addressOf = (id: string): string => `/channels/${encodeURIComponent(id)}`;

/** Makes a channel. The secret of a signed webhook is in this answer and can never be had again. */
export function createChannel(
  input: NewChannel,
): Promise<{ readonly channel: Channel; readonly secret: string | null }> {
  const answer = z.object({ channel: channelSchema, secret: z.string().nullable() });
  return ask(answer, '/channels', { method: 'POST', body: input });
}

/** Changes a channel; without a `target` it leads where it led. */
export function changeChannel(
  id: string,
  change: Omit<NewChannel, 'target'> & { readonly target?: ChannelTarget },
): Promise<Channel> {
  return ask(channelSchema, addressOf(id), { method: 'PATCH', body: change });
}

/** Deletes a channel; rejects with `invalid_input` while a published policy tells it. */
export function deleteChannel(id: string): Promise<void> {
  return ask(z.undefined(), addressOf(id), { method: 'DELETE' });
}

/** Sends a test and says what came of it. */
export function testChannel(id: string): Promise<{ readonly delivered: boolean; readonly words: string }> {
  return ask(z.object({ delivered: z.boolean(), words: z.string() }), `${addressOf(id)}/test`, { method: 'POST' });
}

/** Puts another secret in place of the one that signs a webhook's messages; gives it, this once. */
export async function rotateSecret(id: string): Promise<string> {
  const answer = z.object({ secret: z.string() });
  return (await ask(answer, `${addressOf(id)}/rotate-secret`, { method: 'POST' })).secret;
}

/** Tries a message again at once that waits, or that was given up. */
export function retryAlert(id: string): Promise<LoggedAlert> {
  return ask(alertSchema, `/alerts/${encodeURIComponent(id)}/retry`, { method: 'POST' });
}

/** After something was sent, or a channel was changed. */
export async function refreshAlerts(client: QueryClient): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: CHANNELS }),
    client.invalidateQueries({ queryKey: ALERTS }),
    refreshHouse(client),
  ]);
}
