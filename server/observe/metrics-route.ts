/** Who may read the metrics: whoever has the token; without one, programs on the same machine alone. */
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { sameSecret } from '../access/caller.ts';
import { SignalboxError } from '../errors.ts';

/** What proxies add: a request with one of these comes from elsewhere, even if the proxy is on this machine. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

const isFromElsewhere = (headers: IncomingHttpHeaders): boolean =>
  OF_PROXIES.some((name) => headers[name] !== undefined);

/** Answers with the metrics; `registry` is null where they are off, and `token` where the machine's own may read them. */
export function metricsRoute(registry: Registry | null, token: string | null): RequestHandler {
  return async ({ headers }, res) => {
    if (!registry || (token === null && isFromElsewhere(headers))) {
      throw new SignalboxError('not_found', { what: 'such page' });
    }
    if (token !== null && !sameSecret(headers.authorization ?? '', `Bearer ${token}`)) {
      res.status(401).set('www-authenticate', 'Bearer').type('text');
      res.send('The metrics are for whoever has their token. Send METRICS_TOKEN as "Authorization: Bearer <token>".\n');
      return;
    }
    res.set('content-type', registry.contentType).send(await registry.metrics());
  };
}
