/** Channels: where messages for people go. Their addresses are sealed, and never leave by the API again. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { readWebhookUrl } from '../alerts/address.ts';
import { ALERT_TOPICS } from '../alerts/message.ts';
import { newSigningSecret } from '../alerts/signature.ts';
import { SignalboxError } from '../errors.ts';
import type { Secrets } from '../store/secrets.ts';
import type { Control } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema, nameSchema, parseInput } from './input.ts';
import type { ChannelEntry, Snapshot } from './snapshot.ts';

const CHANNEL_KINDS = ['webhook', 'slack', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

const LONGEST_QUIET_MINUTES = 1440;

const url = z.string().trim().min(1).max(2000);
const targetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url }),
  z.strictObject({ kind: z.literal('slack'), url }),
  z.strictObject({
    kind: z.literal('email'),
    to: z
      .array(z.email('This is no e-mail address.').max(200))
      .min(1, 'Name at least one receiver.')
      .max(20, 'At most 20 receivers.'),
  }),
]);
type Target = z.output<typeof targetSchema>;

const fields = {
  name: nameSchema,
  target: targetSchema.meta({ description: 'Where messages go. It is never shown again as a whole.' }),
  topics: z
    .array(z.enum(ALERT_TOPICS))
    .max(ALERT_TOPICS.length)
    .transform((topics) => ALERT_TOPICS.filter((topic) => topics.includes(topic)))
    .meta({ description: 'What it is told of besides what alerts in policies tell it.' }),
  team: idSchema.nullable().meta({ description: 'Id of the team whose messages alone it gets; null for all.' }),
  quietMinutes: z
    .int()
    .min(0)
    .max(LONGEST_QUIET_MINUTES)
    .meta({ description: 'Minutes after a message in which others are held back; 0 for none.' }),
};

export const channelInputSchema = z.strictObject({
  name: fields.name,
  target: fields.target,
  topics: fields.topics,
  team: fields.team.default(null),
  quietMinutes: fields.quietMinutes.default(0),
});
type ChannelInput = z.output<typeof channelInputSchema>;

export const channelChangeSchema = z.strictObject({
  name: fields.name.optional(),
  target: fields.target.optional(),
  topics: fields.topics.optional(),
  team: fields.team.optional(),
  quietMinutes: fields.quietMinutes.optional(),
});
type ChannelChange = z.output<typeof channelChangeSchema>;

export const channelSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  shown: z.string().meta({ description: 'Where it leads, as far as everybody may see it.' }),
  topics: z.array(z.enum(ALERT_TOPICS)),
  team: z.string().nullable(),
  quietMinutes: z.int(),
  createdAt: momentSchema,
});
type Channel = z.infer<typeof channelSchema>;

export interface ChannelRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly shown: string;
  readonly sealed: string;
  readonly topics_json: string;
  readonly team: string | null;
  readonly quiet_minutes: number;
  readonly created_at: number;
}

/** The address of a channel, opened. */
export type ChannelAddress =
  | { readonly kind: 'webhook'; readonly url: string; readonly secret: string }
  | { readonly kind: 'slack'; readonly url: string }
  | { readonly kind: 'email'; readonly to: readonly string[] };

const addressSchema: z.ZodType<ChannelAddress> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('webhook'), url: z.string(), secret: z.string() }),
  z.object({ kind: z.literal('slack'), url: z.string() }),
  z.object({ kind: z.literal('email'), to: z.array(z.string()) }),
]);

/** Opens the address of a channel. Throws `invalid_input` with a sentence where it was sealed with another key. */
export function readAddress(row: Pick<ChannelRow, 'sealed'>, secrets: Secrets): ChannelAddress {
  return addressSchema.parse(JSON.parse(openSealed(row.sealed, secrets)));
}

function openSealed(sealed: string, secrets: Secrets): string {
  try {
    return secrets.open(sealed);
  } catch (error) {
    throw new SignalboxError('invalid_input', { why: String(error).replace(/^Error: |\.$/g, '') });
  }
}

const topicsOf = (row: ChannelRow): Channel['topics'] =>
  z.array(z.enum(ALERT_TOPICS)).parse(JSON.parse(row.topics_json));

function toChannel(row: ChannelRow): Channel {
  const { id, name, kind, shown, team } = row;
  const rest = { team, quietMinutes: row.quiet_minutes, createdAt: row.created_at };
  return channelSchema.parse({ id, name, kind, shown, topics: topicsOf(row), ...rest });
}

/** A channel as requests and messages know it. */
export function channelEntry(row: ChannelRow): ChannelEntry {
  const { id, organisation, name, kind, team } = row;
  return { id, organisation, name, kind, topics: topicsOf(row), team, quietMinutes: row.quiet_minutes };
}

/** What channels are made with. */
export interface ChannelTools {
  readonly secrets: Secrets;
  /** Whether webhooks may lead into the gateway's own network. */
  readonly allowPrivate: boolean;
  /** Whether a mail server is set up. */
  readonly canMail: boolean;
}

/** All channels of an organisation by their names. */
export async function listChannels(db: Knex, organisation: string): Promise<Channel[]> {
  return (await db<ChannelRow>('channels').where({ organisation }).orderBy('name')).map(toChannel);
}

/** A channel of the organisation. Throws `not_found`. */
export async function channelRow(db: Knex, organisation: string, id: string): Promise<ChannelRow> {
  const row = await db<ChannelRow>('channels').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'channel of that id' });
  return row;
}

/** What everybody may see of an address: a webhook's path may be as good as a password. */
function shownOf(target: Target): string {
  if (target.kind === 'email') return target.to.join(', ');
  const { origin } = new URL(target.url);
  return `${origin}/…`;
}

function requireTarget(target: Target, tools: ChannelTools): void {
  if (target.kind === 'email') {
    if (tools.canMail) return;
    throw new SignalboxError('invalid_input', {
      why: 'target: this gateway cannot send e-mail yet. Its administrator has to set SMTP_URL and ALERT_FROM',
    });
  }
  const url = readWebhookUrl(target.url, tools.allowPrivate);
  if (typeof url === 'string') throw new SignalboxError('invalid_input', { why: `target.url: ${url}` });
}

async function requireFree(trx: Knex, organisation: string, name: string, id: string): Promise<void> {
  const taken = await trx('channels').where({ organisation, name }).whereNot({ id }).first();
  if (taken) throw new SignalboxError('already_exists', { what: 'channel' });
}

async function requireTeam(trx: Knex, organisation: string, team: string | null): Promise<void> {
  if (team === null || (await trx('teams').where({ organisation, id: team }).first())) return;
  throw new SignalboxError('not_found', { what: 'team of that id' });
}

/** What the history keeps of a channel: no address, and no person's. */
const sayChannel = ({ name, kind, topics, team, quietMinutes }: Omit<ChannelEntry, 'id' | 'organisation'>) => ({
  name,
  kind,
  topics,
  team,
  quietMinutes,
});

/** Makes a channel; gives the secret that signs a webhook's messages, which can never be had again. */
export async function createChannel(
  control: Control,
  tools: ChannelTools,
  actor: Actor,
  input: ChannelInput,
): Promise<{ readonly channel: Channel; readonly secret: string | null }> {
  const { organisation } = actor;
  const { name, target, topics, team, quietMinutes } = input;
  requireTarget(target, tools);
  const id = newId('chn');
  const secret = target.kind === 'webhook' ? newSigningSecret() : null;
  const change = { action: 'channel.create', objectType: 'channel', objectId: id, reason: null };
  return control.change(actor, change, async (trx) => {
    await requireFree(trx, organisation, name, id);
    await requireTeam(trx, organisation, team);
    const row: ChannelRow = {
      id,
      organisation,
      name,
      kind: target.kind,
      shown: shownOf(target),
      sealed: tools.secrets.seal(JSON.stringify(secret === null ? target : { ...target, secret })),
      topics_json: JSON.stringify(topics),
      team,
      quiet_minutes: quietMinutes,
      created_at: Date.now(),
    };
    await trx('channels').insert(row);
    return { before: null, after: sayChannel(channelEntry(row)), value: { channel: toChannel(row), secret } };
  });
}

/** Changes what is given of a channel; of a webhook with a new address the secret stays. */
export async function changeChannel(
  control: Control,
  tools: ChannelTools,
  actor: Actor,
  id: string,
  given: ChannelChange,
): Promise<Channel> {
  const { organisation } = actor;
  const { name, target, topics, team, quietMinutes } = given;
  if (target) requireTarget(target, tools);
  const change = { action: 'channel.change', objectType: 'channel', objectId: id, reason: null };
  return control.change(actor, change, async (trx) => {
    const before = await channelRow(trx, organisation, id);
    if (target && target.kind !== before.kind) {
      throw new SignalboxError('invalid_input', {
        why: 'target: a channel stays of its kind. Make another channel, and delete this one',
      });
    }
    if (name !== undefined && name !== before.name) {
      requireUnused(control.snapshot(), before, 'renamed');
      await requireFree(trx, organisation, name, id);
    }
    if (team !== undefined) await requireTeam(trx, organisation, team);
    const changed = {
      ...(name !== undefined && { name }),
      ...(target && { shown: shownOf(target), sealed: sealedAgain(before, target, tools.secrets) }),
      ...(topics && { topics_json: JSON.stringify(topics) }),
      ...(team !== undefined && { team }),
      ...(quietMinutes !== undefined && { quiet_minutes: quietMinutes }),
    };
    const after: ChannelRow = { ...before, ...changed };
    if (Object.keys(changed).length > 0) await trx('channels').where({ id }).update(changed);
    // What waits for a receiver that did not answer is tried at the new address at once.
    if (target) await trx('alerts').where({ channel: id, state: 'waiting' }).update({ next_at: Date.now() });
    const said = { ...sayChannel(channelEntry(after)), ...(target && { address: 'another one' }) };
    return { before: sayChannel(channelEntry(before)), after: said, value: toChannel(after) };
  });
}

function sealedAgain(row: ChannelRow, target: Target, secrets: Secrets): string {
  if (target.kind !== 'webhook') return secrets.seal(JSON.stringify(target));
  const before = readAddress(row, secrets);
  return secrets.seal(JSON.stringify({ ...before, ...target }));
}

/** Puts another secret in place of the one that signs a webhook's messages; gives it, this once. */
export async function rotateSecret(control: Control, secrets: Secrets, actor: Actor, id: string): Promise<string> {
  const secret = newSigningSecret();
  const change = { action: 'channel.rotate_secret', objectType: 'channel', objectId: id, reason: null };
  return control.change(actor, change, async (trx) => {
    const row = await channelRow(trx, actor.organisation, id);
    if (row.kind !== 'webhook') {
      throw new SignalboxError('invalid_input', { why: 'Only the messages of a signed webhook have a secret' });
    }
    const address = readAddress(row, secrets);
    await trx('channels')
      .where({ id })
      .update({ sealed: secrets.seal(JSON.stringify({ ...address, secret })) });
    return { before: null, after: { name: row.name, secret: 'another one' }, value: secret };
  });
}

/** Deletes a channel; what waits for it is dropped. Throws `invalid_input` while a policy tells it. */
export async function deleteChannel(control: Control, actor: Actor, id: string): Promise<void> {
  const change = { action: 'channel.delete', objectType: 'channel', objectId: id, reason: null };
  return control.change(actor, change, async (trx) => {
    const row = await channelRow(trx, actor.organisation, id);
    requireUnused(control.snapshot(), row, 'deleted');
    const now = Date.now();
    await trx('alerts').where({ channel: id, state: 'waiting' }).update({
      state: 'dropped',
      next_at: null,
      ended_at: now,
      answer: 'Its channel was deleted before it went out.',
    });
    await trx('channels').where({ id }).delete();
    return { before: sayChannel(channelEntry(row)), after: null, value: undefined };
  });
}

const drawnSchema = z.object({
  nodes: z.array(z.object({ kind: z.string(), settings: z.record(z.string(), z.unknown()) })),
});

/** Published policies tell channels by their names. */
function requireUnused({ policies }: Snapshot, { organisation, name }: ChannelRow, what: 'renamed' | 'deleted'): void {
  const using = [...policies.values()].filter((policy) => {
    if (policy.organisation !== organisation) return false;
    const { nodes } = parseInput(drawnSchema, policy.graph);
    return nodes.some(({ kind, settings }) => kind === 'alert' && settings.channel === name);
  });
  if (using.length === 0) return;
  const names = using.map((policy) => `“${policy.name}”`).join(', ');
  throw new SignalboxError('invalid_input', {
    why: `The channel “${name}” cannot be ${what}: ${names} ${using.length === 1 ? 'tells' : 'tell'} it. Publish ${using.length === 1 ? 'that policy' : 'those policies'} with another channel first`,
  });
}
