/** An export of requests on its way to whoever asked for it: sent as it is made, ended with what it was made for. */
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { may, placesOf } from '../../policies/access/ability.ts';
import { findCaller } from '../access/caller.ts';
import { notAllowed } from '../access/places.ts';
import { rereadSession } from '../access/sessions.ts';
import type { RunningExport } from '../export/exports.ts';
import { allUntilNow } from '../export/extent.ts';
import type { ExportJob } from '../export/pieces.ts';
import type { RecordFilter } from '../records/record.ts';
import { newId } from './ids.ts';
import type { RouteContext } from './route.ts';

export const EXPORT_PATH = '/records/export';

const TYPES = { jsonl: 'application/jsonl; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;
/** How often it is looked whether whoever asked is still signed in, and reads what is sent. */
const CHECK_MS = 5_000;
/** Checks in a row that may find nothing read: a minute. */
const IDLE_CHECKS = 12;

/**
 * Sends the records of a filter as a file. That it began is an entry of the history before the first byte is sent, and how it
 * ended is one before the last: who has a whole file finds its digest there. What breaks off ends the connection, so that no
 * client takes it for whole. Throws `too_many_exports`.
 */
export async function sendExport(
  context: RouteContext,
  { format, filter }: { readonly format: ExportJob['format']; readonly filter: RecordFilter },
  response: Response,
): Promise<void> {
  const { deps, actor, request } = context;
  const { activity } = deps.audit;
  const id = newId('exp');
  const gzip = request.acceptsEncodings('gzip', 'identity') === 'gzip';
  const { organisation: _, ...written } = filter;
  const { id: reader, grants, ability } = actor;
  const isLimited = placesOf(ability, 'read budget') !== 'everywhere';
  const extent = await allUntilNow(deps.usage.stores, filter);
  const job: ExportJob = { format, ...extent, ...(isLimited && { reader: { id: reader, grants } }) };
  const running = deps.exports.start(job, gzip);
  const unwatch = watch(context, running, response);
  try {
    await activity.exported(actor, { source: EXPORT_PATH, filter: { format, ...written }, digest: null, id });
    const day = new Date().toISOString().slice(0, 10);
    response
      .attachment(`signalbox-requests-${day}.${format}`)
      .type(TYPES[format])
      .set({ 'x-signalbox-export': id, trailer: 'x-signalbox-rows, x-signalbox-sha256', vary: 'accept-encoding' });
    if (gzip) response.set('content-encoding', 'gzip');
    // At once, so that a browser shows that the file is coming.
    response.flushHeaders();
    // The response is not ended with the file: only the process says whether that is whole.
    await pipeline(running.file, response, { end: false }).catch(() => running.stop('The connection was closed.'));
    const { rows, digest, why } = await running.ended;
    await activity.exportEnded(actor, { source: EXPORT_PATH, id, rows, digest, why });
    if (digest === null) {
      response.destroy();
      return;
    }
    response.addTrailers({ 'x-signalbox-rows': String(rows), 'x-signalbox-sha256': digest });
    response.end();
  } catch (error) {
    running.stop('It could not be written down in the history.');
    if (!response.headersSent) throw error;
    deps.reportFault(error);
    response.destroy();
  } finally {
    unwatch();
  }
}

/** Breaks an export off that nobody reads, or whose reader may not any more; gives the function that ends this. */
function watch({ control, deps, request }: RouteContext, running: RunningExport, response: Response): () => void {
  let sent = 0;
  let idle = 0;
  response.once('close', () => running.stop('The connection was closed.'));
  const timer = setInterval(() => {
    const now = response.socket?.bytesWritten ?? 0;
    idle = response.writableNeedDrain && now === sent ? idle + 1 : 0;
    sent = now;
    if (idle >= IDLE_CHECKS) stop('Nothing of it was read for a minute.');
    stillAllowed().catch(() => stop('Whoever asked for it has signed out, or may not see requests any more.'));
  }, CHECK_MS);
  const stop = (why: string): void => {
    running.stop(why);
    response.destroy();
  };
  const stillAllowed = async (): Promise<void> => {
    if (request.headers.authorization === undefined) await rereadSession(request);
    const { ability } = await findCaller(request, control, deps.adminToken);
    if (!may(ability, 'export record')) throw notAllowed('export record');
  };
  return () => clearInterval(timer);
}
