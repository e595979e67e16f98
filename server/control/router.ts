/** The control API in Express: each definition becomes a route, and every error leaves in one shape. */
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { z } from 'zod';
import { may } from '../../policies/access/ability.ts';
import { findCaller, NOBODY, requireOwnPage } from '../access/caller.ts';
import { notAllowed, requireEverywhere } from '../access/places.ts';
import { SignalboxError } from '../errors.ts';
import type { Control } from './control.ts';
import { apiDocument } from './openapi.ts';
import { requireWith } from './placed.ts';
import { answeredFileSchema, type ControlDeps, type Route, type RouteContext } from './route.ts';
import { routes } from './routes/table.ts';

const BODY_LIMIT = { bytes: 1_000_000, words: '1 MB' };
const LARGE_BODY_LIMIT = { bytes: 10_000_000, words: '10 MB' };
/** Of a file of 20 MB as JSON has it, where quotes and line breaks take two bytes. */
const FILE_BODY_LIMIT = { bytes: 25_000_000, words: '20 MB' };
const SIGN_IN_ATTEMPTS = 10;
const SIGN_IN_WINDOW_MS = 15 * 60 * 1000;

/** The router of the control API, to be mounted at `/api`. */
export function controlRouter(control: Control, deps: ControlDeps): Router {
  const router = Router();
  const document = apiDocument(routes);
  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.use(deps.sessions);

  const limitAttempts = signInLimit();
  const byPath = new Map<string, Route[]>();
  for (const route of routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
  for (const [path, atPath] of byPath) {
    const address = path.replace(/\{(\w+)\}/g, ':$1');
    for (const route of atPath) {
      const before = route.limited ? [limitAttempts] : [];
      router[route.method](address, ...before, handler(route, control, deps));
    }
    router.all(address, (request, response) => {
      const allowed = atPath.map((route) => route.method.toUpperCase()).join(', ');
      response.set('allow', allowed);
      throw new SignalboxError('method_not_allowed', { method: request.method, allowed });
    });
  }
  router.use(() => {
    throw new SignalboxError('not_found', { what: 'such address in the control API' });
  });
  router.use(answerError(deps.reportFault));
  return router;
}

/**
 * Characters that not every database stores as they are: zero bytes, and halves of surrogate pairs. A text that comes back
 * different would break the hash of its entry in the history.
 */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const UNSTORABLE_WORDS = 'a text has a zero byte or half a character';

function refuseUnstorable(key: string, value: unknown): unknown {
  if (UNSTORABLE.test(key) || (typeof value === 'string' && UNSTORABLE.test(value)))
    throw new SyntaxError(UNSTORABLE_WORDS);
  return value;
}

const json = (limit: typeof BODY_LIMIT) => ({
  parse: express.json({ limit: limit.bytes, reviver: refuseUnstorable }),
  limit,
});
const small = json(BODY_LIMIT);
const large = json(LARGE_BODY_LIMIT);
const largest = json(FILE_BODY_LIMIT);

/** Read only when it is known who asks. */
function parseJson(request: Request, response: Response, { parse, limit }: typeof small): Promise<void> {
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => (error ? reject(unreadable(error, limit.words)) : resolve()));
  });
}

function handler(route: Route, control: Control, deps: ControlDeps): RequestHandler {
  return async (request: Request, response: Response) => {
    const actor = route.may === 'anyone' ? NOBODY : await findCaller(request, control, deps.adminToken);
    if (route.method !== 'get') requireOwnPage(request);
    const context: RouteContext = { control, deps, actor, request };
    await requireMay(route, context);
    if (route.may !== 'anyone' && actor.signedIn === null)
      await deps.audit.activity.tokenUsed(actor, request.ip ?? 'unknown', Date.now());
    await parseJson(request, response, route.large === 'file' ? largest : route.large ? large : small);
    const { params, query } = request;
    const values = Object.values({ ...params, ...query }).flat();
    if (values.some((value) => UNSTORABLE.test(String(value)))) {
      throw new SignalboxError('invalid_input', { why: UNSTORABLE_WORDS });
    }
    const body: unknown = request.body;
    const answer = await route.run({ params, query, body }, context, response);
    if (route.streams) return;
    if (route.file === true || (route.file === 'csv' && query.format === 'csv')) {
      const file = answeredFileSchema.parse(answer);
      const filter = { ...params, ...query };
      await deps.audit.activity.exported(actor, { source: route.path, filter, digest: file.digest });
      sendFile(response, file);
    } else if (answer === undefined) response.status(route.status).end();
    else response.status(route.status).json(answer);
  };
}

/** Throws `not_allowed` where the caller may not use the route, or `not_found` for what they may not even see. */
async function requireMay({ may: permission, placed }: Route, context: RouteContext): Promise<void> {
  const { actor, request } = context;
  if (permission === 'anyone' || permission === 'signed in') return;
  if (!may(actor.ability, permission)) throw notAllowed(permission);
  if (placed === undefined) requireEverywhere(actor, permission);
  else if (placed !== 'handler') await requireWith(context, permission, placed, String(request.params[placed]));
}

function sendFile(response: Response, { name, type, text, digest }: z.infer<typeof answeredFileSchema>): void {
  response.attachment(name).set('x-signalbox-sha256', digest).type(type).send(Buffer.from(text));
}

/** Counts failed attempts by address of the client; those that succeed do not count. */
function signInLimit(): RequestHandler {
  return rateLimit({
    windowMs: SIGN_IN_WINDOW_MS,
    limit: SIGN_IN_ATTEMPTS,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, _response, next) =>
      next(new SignalboxError('too_many_attempts', { wait: '15 minutes', advice: '' })),
  });
}

/** What the middleware of Express reports about a body that is larger than `limit`, or no JSON, in our words. */
function unreadable(error: unknown, limit: string): unknown {
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    if (error.type === 'entity.too.large') return new SignalboxError('body_too_large', { limit });
    if (error.type === 'entity.parse.failed') return new SignalboxError('invalid_json', { why: error.message });
    return refusedByExpress(error) ?? error;
  }
  return error;
}

/** What Express itself cannot read, such as a broken percent-encoding in an address; null for any other error. */
function refusedByExpress(error: unknown): SignalboxError | null {
  if (!(error instanceof Error && 'status' in error && typeof error.status === 'number')) return null;
  if (error.status >= 500) return null;
  return new SignalboxError('invalid_request', { why: error.message.replace(/\.$/, '') }, { status: error.status });
}

function answerError(reportFault: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const ours = error instanceof SignalboxError ? error : (refusedByExpress(error) ?? new SignalboxError('internal'));
    if (ours.code === 'internal') reportFault(error);
    if (ours.retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(ours.retryAfterMs / 1000)));
    response.status(ours.status).json({ error: { code: ours.code, message: ours.message, details: ours.details } });
  };
}
