/** The providers that are called: those of the environment, and those of the accounts as they are stored now. */
import { z } from 'zod';
import type { Secrets } from '../../store/secrets.ts';
import type { ModelSource } from '../catalogue.ts';
import type { ConfiguredProvider } from '../index.ts';
import { connecting } from '../network.ts';
import { type Provider, UpstreamError } from '../provider.ts';
import type { Account } from './account.ts';
import type { AccountKind, AccountSettings } from './kind.ts';
import { findAccountKind } from './kinds.ts';
import { type ReplaceableProvider, replaceable } from './replaceable.ts';
import { accountSource } from './source.ts';

/** The secret values of an account by field. Throws a sentence where they were sealed with another key. */
export function openedSecrets({ sealed }: Pick<Account, 'sealed'>, secrets: Secrets): Readonly<Record<string, string>> {
  return sealed === null ? {} : z.record(z.string(), z.string()).parse(JSON.parse(secrets.open(sealed)));
}

/** All that a provider is made from: what is said of the account, with its secrets in the open. */
export function settingsOf(
  account: Omit<Account, 'sealed'>,
  kind: AccountKind,
  secret: Readonly<Record<string, string>>,
): AccountSettings {
  const given: Readonly<Record<string, string>> = { ...account.values, ...secret };
  return {
    name: account.name,
    values: Object.fromEntries(kind.fields.map(({ name, standard }) => [name, given[name] || (standard ?? '')])),
    region: account.region,
    connect: connecting(account.allowPrivate || !account.leavesHouse),
  };
}

/** Stands for a provider that cannot be made: every request hears why. */
function broken(name: string, why: string): Provider {
  return {
    name,
    send(_request, sink) {
      queueMicrotask(() => sink.fail(new UpstreamError('auth', why, { billed: 'no' })));
      return { pause() {}, resume() {}, cancel() {} };
    },
    close: async () => {},
  };
}

interface Live {
  /** What the provider was made from. */
  readonly madeFrom: string;
  readonly account: Account;
  readonly provider: ReplaceableProvider;
  readonly source: ModelSource;
}

export class LiveProviders {
  readonly #fixed: readonly ConfiguredProvider[];
  readonly #secrets: Secrets;
  #live = new Map<string, Live>();
  #providers: ReadonlyMap<string, Provider>;

  constructor(fixed: readonly ConfiguredProvider[], secrets: Secrets) {
    this.#fixed = fixed;
    this.#secrets = secrets;
    this.#providers = new Map(fixed.map(({ provider }) => [provider.name, provider]));
  }

  /** By name. An account whose name the environment has taken since is left out. */
  get providers(): ReadonlyMap<string, Provider> {
    return this.#providers;
  }

  /** The models of all that an organisation may call, those of the environment first. */
  sources(organisation: string): ModelSource[] {
    const own = [...this.#live.values()].filter(({ account }) => account.organisation === organisation);
    return [...this.#fixed, ...own].map(({ source }) => source);
  }

  /**
   * Takes over accounts as they are now; what has changed for no provider keeps its connections. Gives those accounts, as they
   * were, whose provider is another one now or none.
   */
  update(accounts: readonly Account[]): Account[] {
    const fixed = new Set(this.#fixed.map(({ provider }) => provider.name));
    const next = new Map<string, Live>();
    for (const account of accounts) {
      const kind = findAccountKind(account.kind);
      if (!account.enabled || !kind || fixed.has(account.name)) continue;
      const { name, values, sealed, region, leavesHouse, allowPrivate } = account;
      const madeFrom = JSON.stringify([account.kind, name, values, sealed, region, leavesHouse, allowPrivate]);
      const before = this.#live.get(account.id);
      const same = before?.madeFrom === madeFrom ? before : undefined;
      next.set(account.id, {
        madeFrom,
        account,
        provider: same?.provider ?? this.#make(account, kind),
        source: same?.account === account ? same.source : accountSource(account, kind),
      });
    }
    const kept = new Set([...next.values()].map(({ provider }) => provider));
    const replaced = [...this.#live.values()].filter(({ provider }) => !kept.has(provider));
    for (const { provider } of replaced) provider.retire();
    this.#live = next;
    const all = [...this.#fixed, ...next.values()].map(({ provider }) => [provider.name, provider] as const);
    this.#providers = new Map(all);
    return replaced.map(({ account }) => account);
  }

  #make(account: Account, kind: AccountKind): ReplaceableProvider {
    return replaceable(() => {
      try {
        return kind.create(settingsOf(account, kind, openedSecrets(account, this.#secrets)));
      } catch (error) {
        return broken(account.name, error instanceof Error ? error.message : String(error));
      }
    });
  }

  /** Those that were taken out of service close by themselves, when their last request has ended. */
  async close(): Promise<void> {
    await Promise.all([...this.#fixed, ...this.#live.values()].map(({ provider }) => provider.close()));
  }
}
