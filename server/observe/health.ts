/** What a supervisor asks: whether the process lives, and whether it can take requests; if not, why, in words. */
import type { IRouter } from 'express';
import type { Gateway } from '../gateway/gateway.ts';
import { inTime } from './in-time.ts';

/** How long a store may take to answer, in milliseconds. */
const PATIENCE_MS = 2000;

export interface HealthParts {
  readonly gateway: Pick<Gateway, 'stopping' | 'secondOpinion'>;
  /** Whether records can be written now. */
  readonly isWriting: () => boolean;
  /** Asks each store for anything, by its name for people. */
  readonly stores: Readonly<Record<string, () => PromiseLike<unknown>>>;
}

/** Adds the two addresses. */
export function addHealthRoutes(router: IRouter, { gateway, isWriting, stores }: HealthParts): void {
  let asking: Promise<readonly string[]> | null = null;
  /** Stores that do not answer. However many ask at once, each store is asked once. */
  const silent = (): Promise<readonly string[]> => {
    asking ??= Promise.all(
      Object.entries(stores).map(async ([name, ask]) => ((await inTime(ask, PATIENCE_MS)) ? [] : [name])),
    )
      .then((names) => names.flat())
      .finally(() => {
        asking = null;
      });
    return asking;
  };

  router.get('/health/live', (_req, res) => {
    res.json({ status: 'live' });
  });
  router.get('/health/ready', async (_req, res) => {
    const why = (await silent()).map((name) => `The ${name} does not answer. Look at the disk and the database.`);
    if (!isWriting()) why.push('Records cannot be written. Look at the disk and the database.');
    if (gateway.stopping()) why.push('The gateway is being stopped and takes no new requests.');
    const { looked, disagreements } = gateway.secondOpinion;
    res.status(why.length === 0 ? 200 : 503).json({
      status: why.length === 0 ? 'ready' : 'not ready',
      why,
      records: isWriting() ? 'written' : 'cannot be written',
      evaluator: { compared: looked, disagreements: disagreements.length },
    });
  });
}
