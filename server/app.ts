/** Express: the gateway first, since every request pays for what stands before it; then health, the control API, the pages. */
import { existsSync } from 'node:fs';
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import { controlRouter } from './control/router.ts';
import { SignalboxError } from './errors.ts';
import type { Gateway } from './gateway/gateway.ts';
import { addGatewayRoutes, type FindRecord, sendError } from './gateway/routes.ts';

export interface AppParts {
  readonly gateway: Gateway;
  readonly findRecord: FindRecord;
  readonly control: Parameters<typeof controlRouter>[0];
  readonly controlDeps: Parameters<typeof controlRouter>[1];
  /** Whether records can be written now. */
  readonly healthy: () => boolean;
  /** Folder of the built pages. */
  readonly pages: string;
}

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error);
  if (error instanceof SignalboxError) return sendError(res, error);
  // Express itself refuses what it cannot read, such as a broken percent-encoding in the address.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return sendError(res, new SignalboxError('invalid_request', { why: error.message }, { status: error.status }));
  }
  console.error('A request failed:', error);
  sendError(res, new SignalboxError('internal'));
};

export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  addGatewayRoutes(app, parts.gateway, parts.findRecord);
  app.get('/health/live', (_req, res) => {
    res.json({ status: 'live' });
  });
  app.get('/health/ready', (_req, res) => {
    const ready = parts.healthy() && !parts.gateway.stopping();
    res.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      records: parts.healthy() ? 'written' : 'cannot be written',
      evaluator: {
        compared: parts.gateway.secondOpinion.looked,
        disagreements: parts.gateway.secondOpinion.disagreements.length,
      },
    });
  });
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          'script-src': ["'self'"],
          'style-src': ["'self'", "'unsafe-inline'"],
          'upgrade-insecure-requests': null,
        },
      },
    }),
  );
  app.use('/api', controlRouter(parts.control, parts.controlDeps));
  if (existsSync(join(parts.pages, 'index.html'))) {
    app.use(express.static(parts.pages));
    app.get('/{*page}', (_req, res) => {
      res.sendFile('index.html', { root: parts.pages });
    });
  }
  app.use(() => {
    throw new SignalboxError('not_found', { what: 'such page' });
  });
  app.use(answerError);
  return app;
}

/**
 * A server whose request and response objects have Express's prototypes from birth: Express changes the prototype of every
 * request otherwise, which made each of them about 260 microseconds dearer.
 */
export function createHttpServer(app: Express): Server {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse<Request> {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  return createServer({ IncomingMessage: Request, ServerResponse: Response, keepAliveTimeout: 65_000 }, app);
}
