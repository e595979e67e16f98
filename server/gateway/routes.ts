/** What apps can reach under /v1. */
import type { IRouter, Response } from 'express';
import type { Model } from '../../policies/model.ts';
import { SignalboxError } from '../errors.ts';
import type { RequestRecord } from '../records/record.ts';
import { PROTOCOLS } from '../wire/index.ts';
import { openAiChat } from '../wire/openai-chat.ts';
import { countTokens } from './count-tokens.ts';
import type { Gateway } from './gateway.ts';
import { keyOf, retryHeaders, serve } from './pipeline.ts';

/** Reads a record of a key's organisation. */
export type FindRecord = (organisation: string, id: string) => Promise<RequestRecord | null>;

/** Answers with an error in the protocol's shape. */
export function sendError(res: Response, error: SignalboxError): void {
  const body = openAiChat.errorBody(error, '');
  res.writeHead(error.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...retryHeaders(error),
  });
  res.end(body);
}

const modelObject = (model: Model) => ({ id: model.id, object: 'model', created: 0, owned_by: model.provider });

/** Adds the routes to the app itself: a router in between would cost every request. */
export function addGatewayRoutes(router: IRouter, gateway: Gateway, findRecord: FindRecord): void {
  for (const [path, protocol] of Object.entries(PROTOCOLS)) {
    router.post(path, (req, res) => {
      void serve(gateway, protocol, req, res);
    });
  }

  router.post('/v1/messages/count_tokens', (req, res) => {
    void countTokens(gateway, req, res);
  });

  router.get('/v1/models', (req, res) => {
    const runtime = gateway.runtime();
    const key = keyOf(req, runtime.snapshot);
    const models = runtime.models(key.organisation).models.map(modelObject);
    const policies = [...runtime.snapshot.policies.values()]
      .filter((policy) => key.policies.has(policy.id))
      .map((policy) => ({ id: `policy/${policy.name}`, object: 'model', created: 0, owned_by: 'signalbox' }));
    res.json({ object: 'list', data: [...policies, ...models] });
  });

  router.get('/v1/models/:id', (req, res) => {
    const runtime = gateway.runtime();
    const model = runtime.models(keyOf(req, runtime.snapshot).organisation).lookup(req.params.id);
    if (!model) throw new SignalboxError('unknown_model', { model: req.params.id });
    res.json(modelObject(model));
  });

  router.get('/v1/requests/:id', async (req, res) => {
    const key = keyOf(req, gateway.runtime().snapshot);
    const record = await findRecord(key.organisation, req.params.id);
    // A key sees its own requests only; of others it does not even learn that they exist.
    if (!record || record.key !== key.id) throw new SignalboxError('not_found', { what: 'request of that id' });
    res.json({
      object: 'signalbox.request',
      id: record.id,
      created: Math.floor(record.at / 1000),
      status: record.status,
      error_code: record.errorCode,
      model: record.model,
      policy: record.policy,
      version: record.version,
      path: record.trace.map(({ node, port, reason }) => ({ node, port, reason })),
      attempts: record.attempts.length,
      cost_usd: record.cost / 1e9,
      usage: record.usage,
      usage_source: record.usageSource,
      redactions: record.redactions,
      tags: record.tags,
    });
  });

  const methods: Record<string, string> = {
    ...Object.fromEntries(Object.keys(PROTOCOLS).map((path) => [path, 'POST'])),
    '/v1/messages/count_tokens': 'POST',
    '/v1/models': 'GET',
    '/v1/models/:id': 'GET',
    '/v1/requests/:id': 'GET',
  };
  for (const [path, allowed] of Object.entries(methods)) {
    router.all(path, (req, res) => {
      res.set('allow', allowed);
      throw new SignalboxError('method_not_allowed', { method: req.method, allowed });
    });
  }
  router.use('/v1', () => {
    throw new SignalboxError('not_found', { what: 'such endpoint' });
  });
}
