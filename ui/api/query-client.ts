/** What is kept of the answers, when a question is asked again, and what happens when a session has ended. */
import {
  type InvalidateOptions,
  type InvalidateQueryFilters,
  MutationCache,
  QueryCache,
  QueryClient,
  type QueryKey,
} from '@tanstack/react-query';
import { ApiError } from './client.ts';
import { markSignedOut } from './session.ts';

const FRESH_MS = 10_000;

function noticeSignedOut(error: Error): void {
  if (error instanceof ApiError && error.code === 'unauthenticated') markSignedOut(queryClient);
}

/** Only what may pass by itself is tried again without being asked. */
function mayPass(failures: number, error: Error): boolean {
  return failures < 1 && error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

/** After a change, also asks again what was asked for the first time before it: that answer may not know of the change. */
class Client extends QueryClient {
  override invalidateQueries<Key extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<Key>,
    options?: InvalidateOptions,
  ): Promise<void> {
    for (const query of this.getQueryCache().findAll({ ...filters, type: 'active', fetchStatus: 'fetching' })) {
      // What has been answered before is asked again anyway. Whoever waits for this answer gets the next one.
      if (query.state.data === undefined) void query.cancel({ silent: true });
    }
    return super.invalidateQueries(filters, options);
  }
}

export const queryClient = new Client({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  // The gateway is often on this very machine, where a browser that believes to be offline still reaches it.
  defaultOptions: {
    queries: { staleTime: FRESH_MS, retry: mayPass, retryDelay: 500, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
});
