/** Decides recorded requests again by a draft, in the browser, while the page stays usable. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type CompiledGraph, compileGraph } from '../../../../policies/compile.ts';
import type { Graph } from '../../../../policies/graph.ts';
import { type DraftFor, type Impact, impactOf, type ReplayInput } from '../../../../policies/impact.ts';
import type { PinnedVersion } from '../../../../policies/kinds/kind.ts';
import type { ModelLookup } from '../../../../policies/model.ts';
import { pinnedIn } from '../../../../policies/pinned.ts';
import { foundModelsQuery } from '../../../api/house.ts';
import { type PinnedVersions, pinnedQuery } from '../../../api/pinned.ts';
import { drawingQuery } from '../../../api/policies.ts';
import { replayableRecords } from '../../../api/replayable.ts';
import { type House, unlistedModels } from '../../../editing/house.ts';

type ImpactRun =
  | { readonly name: 'loading'; readonly count: number }
  | { readonly name: 'deciding'; readonly done: number; readonly total: number }
  /** `since` is the start of the oldest of them, in milliseconds since 1970. */
  | { readonly name: 'done'; readonly impact: Impact; readonly total: number; readonly since: number }
  | { readonly name: 'no records' }
  | { readonly name: 'stopped' }
  | { readonly name: 'failed'; readonly error: Error };

/** So many of the newest requests are decided again. */
export const MOST_RECORDS = 1000;
/** What the server takes at once. */
const MOST_NAMES = 500;
const LONGEST_NAME = 200;

/** Names of models that the house does not list: dated ones in requests or in the draft, or those that nobody offers. */
function unlistedNames(records: readonly ReplayInput[], draft: Graph, house: House): string[] {
  const asked = records.flatMap(({ model, requestedModel }) => (model ? [model, requestedModel] : [requestedModel]));
  const unlisted = asked.filter((name) => name.length <= LONGEST_NAME && !house.check.models(name));
  return [...new Set([...unlistedModels(draft, house), ...unlisted])].slice(0, MOST_NAMES);
}

/**
 * The draft as each request met its policy: behind the version that ran before it then; where it runs first itself, before the
 * version that decided then. Null where that version cannot be had.
 */
async function draftAsMet(
  client: QueryClient,
  policy: string,
  draft: Graph,
  records: readonly ReplayInput[],
): Promise<DraftFor> {
  const otherOf = ({ mandatory, policy: own, version }: Met): PinnedVersion | null => {
    if (mandatory?.policy !== policy) return mandatory ?? null;
    return own === null || version === null ? null : { policy: own, version };
  };
  const keyOf = (record: Met): string => JSON.stringify(otherOf(record));
  const met = new Map<string, CompiledGraph | null>();
  for (const record of records) {
    if (met.has(keyOf(record))) continue;
    const other = otherOf(record);
    const drawn = other && (await client.fetchQuery(drawingQuery(other.policy, other.version)).catch(() => null));
    const graphs = [draft, ...(drawn ? [drawn.graph] : [])];
    const pinned = await client.fetchQuery(pinnedQuery(graphs.flatMap(pinnedIn)));
    const isFirst = record.mandatory?.policy === policy;
    const [own, before] = isFirst ? [drawn?.graph, draft] : [draft, drawn?.graph ?? null];
    const isKnown = own !== undefined && (other === null || drawn !== null);
    met.set(keyOf(record), isKnown ? compiled(own, before, pinned) : null);
  }
  return (record) => met.get(keyOf(record)) ?? null;
}

type Met = Parameters<DraftFor>[0];

function compiled(own: Graph, before: Graph | null, pinned: PinnedVersions): CompiledGraph | null {
  try {
    return compileGraph(own, (policy, version) => pinned.get(`${policy}@${version}`), before);
  } catch {
    return null;
  }
}

/** Starts at once, and again for another draft (one without errors); `stop` gives up, `start` begins anew. */
export function useImpactRun(policy: string, draft: Graph, house: House) {
  const client = useQueryClient();
  const [run, setRun] = useState<ImpactRun>({ name: 'loading', count: 0 });
  const under = useRef<AbortController | null>(null);
  // The house as it is when a run begins; that money was spent since is no reason to begin again.
  const houseNow = useRef(house);
  useEffect(() => {
    houseNow.current = house;
  }, [house]);

  const start = useCallback(async (): Promise<void> => {
    under.current?.abort();
    const mine = new AbortController();
    under.current = mine;
    const { signal } = mine;
    const tell = (next: ImpactRun): void => {
      if (!signal.aborted) setRun(next);
    };
    try {
      tell({ name: 'loading', count: 0 });
      const records = await replayableRecords(policy, MOST_RECORDS, signal, (count) =>
        tell({ name: 'loading', count }),
      );
      const oldest = records.at(-1);
      if (!oldest) return tell({ name: 'no records' });
      const names = unlistedNames(records, draft, houseNow.current);
      const found = names.length > 0 ? await client.fetchQuery(foundModelsQuery(names)) : {};
      const { models: listed } = houseNow.current.check;
      const models: ModelLookup = (name) => listed(name) ?? found[name] ?? undefined;
      const draftFor = await draftAsMet(client, policy, draft, records);
      const impact = await impactOf(draftFor, records, models, {
        pause: () => new Promise((resolve) => setTimeout(resolve)),
        cancelled: () => signal.aborted,
        onProgress: (done, total) => tell({ name: 'deciding', done, total }),
      });
      if (impact) tell({ name: 'done', impact, total: records.length, since: oldest.at });
    } catch (error) {
      tell({ name: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  }, [client, policy, draft]);

  useEffect(() => {
    void start();
    return () => under.current?.abort();
  }, [start]);

  const stop = useCallback((): void => {
    under.current?.abort();
    setRun({ name: 'stopped' });
  }, []);
  return { run, start, stop };
}
