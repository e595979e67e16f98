/** Everything of the control plane that a request needs, in memory, and never changed once it is made. */
import type { Knex } from 'knex';
import type { Budget } from '../../policies/budget.ts';
import type { Price } from '../../policies/model.ts';
import type { AlertTopic } from '../alerts/message.ts';
import type { AcceptedList } from '../money/prices.ts';
import type { RateCard } from '../money/rate-cards.ts';
import type { Account } from '../providers/accounts/account.ts';
import type { AliasRow } from './aliases.ts';
import { type BudgetRow, toBudget } from './budgets.ts';
import { type ChannelKind, type ChannelRow, channelEntry } from './channels.ts';
import { type ContentSettingRow, type ContentSettings, contentSettingsOf } from './content-settings.ts';
import { type KeyLimits, limitsOf } from './key-limits.ts';
import { type KeyRow, toKey } from './keys.ts';
import { type PinnedVersions, pinnedInStored, pinnedVersions } from './pinned-versions.ts';
import type { PolicyRow } from './policies.ts';
import { type PriceListRow, toAcceptedList } from './price-list.ts';
import { type PriceRow, readPrice } from './prices.ts';
import { type AccountRow, toAccount } from './provider-accounts.ts';
import { type RateCardRow, toRateCard } from './rate-cards.ts';
import type { VersionRow } from './versions.ts';

export interface KeyEntry {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly project: string;
  readonly projectName: string;
  readonly team: string;
  readonly teamName: string;
  /** SHA-256 of the token. */
  readonly hash: Buffer;
  readonly fixedTags: Readonly<Record<string, string>>;
  readonly requiredTags: readonly string[];
  /** Values from which the caller may choose, by tag. */
  readonly tagChoices: Readonly<Record<string, readonly string[]>>;
  /** Ids of the policies that it may use. */
  readonly policies: ReadonlySet<string>;
  /** What it is held to besides; null where that is nothing. */
  readonly limits: KeyLimits | null;
  readonly revoked: boolean;
}

/** The live version of a policy. The object stays the same from snapshot to snapshot while nothing in it has changed. */
export interface LivePolicy {
  readonly id: string;
  readonly organisation: string;
  readonly project: string | null;
  readonly name: string;
  readonly title: string;
  readonly version: number;
  readonly digest: string;
  /** As stored: perhaps of an older schema. */
  readonly graph: unknown;
}

export interface BudgetEntry extends Budget {
  readonly organisation: string;
  readonly project: string | null;
}

/** Where messages go, without its address. */
export interface ChannelEntry {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly topics: readonly AlertTopic[];
  /** Id of the team whose messages alone it gets; null for those of the whole organisation. */
  readonly team: string | null;
  /** How long nothing more is sent after a message; 0 for no such time. */
  readonly quietMinutes: number;
}

interface PriceEntry {
  readonly organisation: string;
  readonly model: string;
  readonly price: Price;
  /** Milliseconds since 1970. */
  readonly effectiveFrom: number;
}

export interface Snapshot {
  /** Organisations by id, with the ids of the default policy and of the one before all, and the secret that keys their hashes. */
  readonly organisations: ReadonlyMap<
    string,
    {
      readonly name: string;
      readonly defaultPolicy: string | null;
      readonly mandatoryPolicy: string | null;
      readonly secret: string;
    }
  >;
  /** Projects by id, with the id of their default policy. */
  readonly projects: ReadonlyMap<
    string,
    {
      readonly organisation: string;
      readonly name: string;
      readonly team: string;
      readonly defaultPolicy: string | null;
    }
  >;
  /** Keys by the SHA-256 of their token, in hexadecimal. */
  readonly keys: ReadonlyMap<string, KeyEntry>;
  /** Policies that have a live version and are not in the archive, by id. */
  readonly policies: ReadonlyMap<string, LivePolicy>;
  /** The versions of other policies that live versions go on in, and those that these go on in. */
  readonly pinned: PinnedVersions;
  readonly budgets: ReadonlyMap<string, BudgetEntry>;
  /** Channels by id. */
  readonly channels: ReadonlyMap<string, ChannelEntry>;
  /** Teams by id. */
  readonly teams: ReadonlyMap<string, { readonly organisation: string; readonly name: string }>;
  /** In rising order of `effectiveFrom`. */
  readonly prices: readonly PriceEntry[];
  /** In the order in which they were made. */
  readonly rateCards: readonly (RateCard & { readonly organisation: string })[];
  /** In the order in which they were accepted. An object stays the same from snapshot to snapshot. */
  readonly priceLists: readonly (AcceptedList & { readonly id: string; readonly organisation: string })[];
  /** In the order in which they were made. An object stays the same from snapshot to snapshot while nothing in it changes. */
  readonly providerAccounts: readonly Account[];
  readonly aliases: readonly { readonly organisation: string; readonly name: string; readonly model: string }[];
  /** What is kept of requests; see `settingFor`. */
  readonly contentSettings: ContentSettings;
}

/** Whether an organisation has a channel of that name. */
export function hasChannel({ channels }: Snapshot, organisation: string, name: string): boolean {
  for (const channel of channels.values()) {
    if (channel.organisation === organisation && channel.name === name) return true;
  }
  return false;
}

interface Rows {
  readonly organisations: readonly {
    id: string;
    name: string;
    default_policy: string | null;
    mandatory_policy: string | null;
    secret: string;
  }[];
  readonly teams: readonly { id: string; organisation: string; name: string }[];
  readonly projects: readonly {
    id: string;
    organisation: string;
    team: string;
    name: string;
    default_policy: string | null;
  }[];
  readonly keys: readonly KeyRow[];
  readonly policies: readonly PolicyRow[];
  readonly live: readonly VersionRow[];
  readonly pinned: PinnedVersions;
  readonly budgets: readonly BudgetRow[];
  readonly channels: readonly ChannelRow[];
  readonly prices: readonly PriceRow[];
  readonly rateCards: readonly RateCardRow[];
  /** Those that are not known from the last snapshot. */
  readonly priceLists: readonly PriceListRow[];
  readonly providerAccounts: readonly AccountRow[];
  readonly aliases: readonly AliasRow[];
  readonly contentSettings: readonly ContentSettingRow[];
}

/** Reads a snapshot from one transaction that sees no change half done; policies that `last` has as they are, are kept. */
export async function loadSnapshot(
  database: { readonly dialect: 'sqlite' | 'postgres'; readonly control: Knex },
  last: Snapshot | null,
): Promise<Snapshot> {
  const rows = await database.control.transaction(async (trx): Promise<Rows> => {
    if (database.dialect === 'postgres') await trx.raw('set transaction isolation level repeatable read, read only');
    const live: VersionRow[] = await trx<VersionRow>('versions')
      .join('policies', (on) =>
        on.on('policies.id', 'versions.policy').andOn('policies.live_version', 'versions.number'),
      )
      .whereNull('policies.archived_at')
      .select('versions.*');
    const wanted = pinnedInStored(live.map(({ graph_json }) => graph_json));
    return {
      organisations: await trx('organisations').select('id', 'name', 'default_policy', 'mandatory_policy', 'secret'),
      teams: await trx('teams').select('id', 'organisation', 'name'),
      projects: await trx('projects').select('id', 'organisation', 'team', 'name', 'default_policy'),
      keys: await trx<KeyRow>('keys').select('*'),
      policies: await trx<PolicyRow>('policies').whereNotNull('live_version').whereNull('archived_at').select('*'),
      live,
      pinned: await pinnedVersions(trx, wanted, last?.pinned),
      budgets: await trx<BudgetRow>('budgets').select('*'),
      channels: await trx<ChannelRow>('channels').orderBy('id').select('*'),
      prices: await trx<PriceRow>('prices').orderBy(['effective_from', 'id']).select('*'),
      rateCards: await trx<RateCardRow>('rate_cards').orderBy(['at', 'id']).select('*'),
      providerAccounts: await trx<AccountRow>('provider_accounts').orderBy(['created_at', 'id']).select('*'),
      aliases: await trx<AliasRow>('model_aliases').orderBy('name').select('*'),
      contentSettings: await trx<ContentSettingRow>('content_settings').select('*'),
      // They are long, and never changed.
      priceLists: await trx<PriceListRow>('price_lists')
        .whereNotIn('id', last?.priceLists.map(({ id }) => id) ?? [])
        .orderBy(['accepted_at', 'id'])
        .select('*'),
    };
  });
  return build(rows, last);
}

function build(rows: Rows, last: Snapshot | null): Snapshot {
  const teams = new Map(rows.teams.map((team) => [team.id, team.name]));
  const projects = new Map(
    rows.projects.map((row) => [
      row.id,
      { organisation: row.organisation, name: row.name, team: row.team, defaultPolicy: row.default_policy },
    ]),
  );
  const byId = new Map(rows.policies.map((policy) => [policy.id, policy]));
  const policies = new Map(rows.live.map((row) => [row.policy, livePolicy(row, byId.get(row.policy), last)]));
  const aliases = new Map(rows.aliases.map(({ organisation, name, model }) => [`${organisation}\n${name}`, model]));
  const keys = new Map<string, KeyEntry>();
  for (const row of rows.keys) {
    const key = toKey(row);
    const project = projects.get(key.project);
    if (!project) throw new Error(`The key ${key.id} belongs to a project that does not exist.`);
    const allowed = key.policies ?? sharedPolicies(rows.policies, row);
    keys.set(row.hash, {
      id: key.id,
      name: key.name,
      organisation: row.organisation,
      project: key.project,
      projectName: project.name,
      team: project.team,
      teamName: teams.get(project.team) ?? '',
      hash: Buffer.from(row.hash, 'hex'),
      fixedTags: key.fixedTags,
      requiredTags: key.requiredTags,
      tagChoices: key.tagChoices,
      policies: new Set(allowed),
      limits: limitsOf(key, (alias) => aliases.get(`${row.organisation}\n${alias}`)),
      revoked: key.revokedAt !== null,
    });
  }
  return {
    organisations: new Map(
      rows.organisations.map((row) => [
        row.id,
        {
          name: row.name,
          defaultPolicy: row.default_policy,
          mandatoryPolicy: row.mandatory_policy,
          secret: row.secret,
        },
      ]),
    ),
    projects,
    keys,
    policies,
    pinned: rows.pinned,
    budgets: new Map(rows.budgets.map((row) => [row.id, { ...toBudget(row), organisation: row.organisation }])),
    channels: new Map(rows.channels.map((row) => [row.id, channelEntry(row)])),
    teams: new Map(rows.teams.map(({ id, organisation, name }) => [id, { organisation, name }])),
    prices: rows.prices.map((row) => ({
      organisation: row.organisation,
      model: row.model,
      price: readPrice(row),
      effectiveFrom: row.effective_from,
    })),
    rateCards: rows.rateCards.map((row) => ({ ...toRateCard(row), organisation: row.organisation })),
    priceLists: [...(last?.priceLists ?? []), ...rows.priceLists.map(toAcceptedList)],
    providerAccounts: rows.providerAccounts.map((row) => sameAccount(toAccount(row), last)),
    aliases: rows.aliases.map(({ organisation, name, model }) => ({ organisation, name, model })),
    contentSettings: contentSettingsOf(rows.contentSettings),
  };
}

function sameAccount(account: Account, last: Snapshot | null): Account {
  const known = last?.providerAccounts.find(({ id }) => id === account.id);
  return known && JSON.stringify(known) === JSON.stringify(account) ? known : account;
}

/** What a key without a list of its own may use: policies of its project, and those of the whole organisation. */
function sharedPolicies(policies: readonly PolicyRow[], key: KeyRow): string[] {
  return policies
    .filter(
      (policy) =>
        policy.organisation === key.organisation && (policy.project === null || policy.project === key.project),
    )
    .map((policy) => policy.id);
}

function livePolicy(row: VersionRow, policy: PolicyRow | undefined, last: Snapshot | null): LivePolicy {
  const { name = '', title = '' } = policy ?? {};
  const known = last?.policies.get(row.policy);
  const isSame = known?.version === row.number && known.name === name && known.title === title;
  if (known && isSame && known.digest === row.digest) return known;
  return {
    id: row.policy,
    organisation: row.organisation,
    project: row.project,
    name,
    title,
    version: row.number,
    digest: row.digest,
    graph: JSON.parse(row.graph_json),
  };
}
