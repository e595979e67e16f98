import type { AnswerSink, Provider, UpstreamCall } from '../provider.ts';

/** A provider that can be taken out of service while requests are under way: it closes when the last of them has ended. */
export interface ReplaceableProvider extends Provider {
  /** No new requests are to come. Those that took the provider before, and have not called it yet, still may. */
  retire(): void;
}

/** Wraps what `create` makes; it is made anew for a request that comes after the last one of a retired provider. */
export function replaceable(create: () => Provider): ReplaceableProvider {
  let inner: Provider | null = create();
  let retired = false;
  let under = 0;
  const closing = new Set<Promise<void>>();

  const open = (): Provider => {
    inner ??= create();
    return inner;
  };
  const closeIfDone = (): void => {
    if (!retired || under > 0 || !inner) return;
    const closed = inner.close().finally(() => closing.delete(closed));
    closing.add(closed);
    inner = null;
  };
  const ended = (): void => {
    under -= 1;
    closeIfDone();
  };
  const { name, countTokens } = inner;
  return {
    name,
    ...(countTokens && {
      async countTokens(request) {
        under += 1;
        try {
          return await (open().countTokens ?? countTokens)(request);
        } finally {
          ended();
        }
      },
    }),
    send(request, sink): UpstreamCall {
      under += 1;
      const counted: AnswerSink = {
        head: (head) => sink.head(head),
        data: (bytes) => sink.data(bytes),
        end() {
          ended();
          sink.end();
        },
        fail(error) {
          ended();
          sink.fail(error);
        },
      };
      return open().send(request, counted);
    },
    retire() {
      retired = true;
      closeIfDone();
    },
    async close() {
      retired = true;
      await Promise.all([...closing, inner?.close()]);
    },
  };
}
