/** What apps can reach under /v1. */
import type { IRouter, Response } from 'express';
import { SignalboxError } from '../errors.ts';
import { openComment } from '../records/feedback-sealing.ts';
import { anthropicMessages } from '../wire/anthropic-messages.ts';
import { PROTOCOLS } from '../wire/index.ts';
import { openAiChat } from '../wire/openai-chat.ts';
import { pathsOf, postPathsOf } from './base-paths.ts';
import { keyOf } from './caller-key.ts';
import { type FeedbackHouse, giveFeedback, tellFeedback } from './feedback.ts';
import type { Gateway } from './gateway.ts';
import { findModel, listModels, speaksAnthropic } from './models.ts';
import { NO_SNIFFING } from './no-sniffing.ts';
import { retryHeaders, serve } from './pipeline.ts';

/** Answers with an error in the shape of the protocol that the app speaks. */
export function sendError(res: Response, error: SignalboxError): void {
  const protocol = speaksAnthropic(res.req) ? anthropicMessages : openAiChat;
  const body = protocol.errorBody(error, '');
  res.writeHead(error.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    [NO_SNIFFING[0]]: NO_SNIFFING[1],
    ...retryHeaders(error),
  });
  res.end(body);
}

const answer = (res: Response, value: unknown): void => void res.set(...NO_SNIFFING).json(value);

/** Adds the routes to the app itself: a router in between would cost every request. */
export function addGatewayRoutes(router: IRouter, gateway: Gateway, house: FeedbackHouse): void {
  const { records } = house;
  for (const [path, protocol] of Object.entries(PROTOCOLS)) {
    router.post(postPathsOf(path), (req, res) => {
      void serve(gateway, protocol, req, res);
    });
  }

  router.get(pathsOf('/v1/models'), (req, res) => {
    answer(res, listModels(gateway.runtime(), req));
  });

  // Ids of models have a slash in them, which not every program encodes.
  router.get(pathsOf('/v1/models/*id'), (req, res) => {
    const { id } = req.params;
    answer(res, findModel(gateway.runtime(), req, Array.isArray(id) ? id.join('/') : String(id)));
  });

  router.post('/v1/feedback', async (req, res) => {
    answer(res, tellFeedback(await giveFeedback(gateway, house, req)));
  });

  router.get('/v1/requests/:id', async (req, res) => {
    const key = keyOf(req, gateway.runtime().snapshot, 'requests');
    const record = await records.get(key.organisation, req.params.id);
    // A key sees its own requests only; of others it does not even learn that they exist.
    if (!record || record.key !== key.id) throw new SignalboxError('not_found', { what: 'request of that id' });
    answer(res, {
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
      feedback: (await records.feedback(key.organisation, record.id)).map((one) =>
        tellFeedback({ ...one, comment: openComment(gateway.contents, one) }),
      ),
    });
  });

  const methods: Record<string, string> = {
    ...Object.fromEntries(Object.keys(PROTOCOLS).map((path) => [path, 'POST'])),
    '/v1/models': 'GET',
    '/v1/models/*id': 'GET',
    '/v1/feedback': 'POST',
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
