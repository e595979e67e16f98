/** Takes what an app says of an answer. */
import type { Request } from 'express';
import { z } from 'zod';
import type { CompiledGraph } from '../../policies/compile.ts';
import { isRedacted } from '../../policies/mandatory.ts';
import { isTraffic } from '../../policies/record-status.ts';
import { EMPTY_VIEW } from '../../policies/request.ts';
import { Run } from '../../policies/run.ts';
import { redactText } from '../../policies/text-effects.ts';
import { SignalboxError } from '../errors.ts';
import { type Feedback, variantOf } from '../records/feedback.ts';
import { sealComment } from '../records/feedback-sealing.ts';
import type { RecordStore, RequestRecord } from '../records/record.ts';
import { readBody as readJson } from '../wire/read-body.ts';
import { readBody } from './body.ts';
import { keyOf } from './caller-key.ts';
import type { Gateway } from './gateway.ts';

/** Largest body in bytes. */
const BODY_LIMIT = 64 * 1024;

const feedbackBody = z.object({
  request_id: z.string().min(1).max(100),
  score: z.number('is a number from -1 (bad) to 1 (good)').min(-1).max(1),
  label: z.string().trim().min(1).max(64).nullish(),
  comment: z.string().trim().min(1).max(4000).nullish(),
});

/** What feedback needs besides the gateway. */
export interface FeedbackHouse {
  readonly records: Pick<RecordStore, 'get' | 'giveFeedback' | 'feedback'>;
  /** The graph that decided a request, ready to run; null where it is not to be had any more. */
  readonly graphOf: (record: RequestRecord) => Promise<CompiledGraph | null>;
}

/** Feedback as apps see it. */
export const tellFeedback = ({ request, score, label, comment, at }: Feedback) => ({
  object: 'signalbox.feedback',
  request_id: request,
  created: Math.floor(at / 1000),
  score,
  label,
  comment,
});

/**
 * Keeps the feedback of a request's body, in place of what the same key said of the same request before. Throws
 * SignalboxError: those of `keyOf` and of reading a body, and `not_found` for requests of other projects.
 */
export async function giveFeedback(gateway: Gateway, house: FeedbackHouse, req: Request): Promise<Feedback> {
  const { snapshot } = gateway.runtime();
  const key = keyOf(req, snapshot, 'feedback');
  const { organisation, project } = key;
  const bytes = await readBody(req, Math.min(BODY_LIMIT, gateway.bodyLimit), gateway.inFlight);
  try {
    const { body } = readJson(bytes, feedbackBody);
    const record = await house.records.get(organisation, body.request_id);
    if (!record || record.project !== project) throw new SignalboxError('not_found', { what: 'request of that id' });
    if (!isTraffic(record.status)) throw new SignalboxError('not_found', { what: 'answer to the request of that id' });
    const { policy, version } = record;
    const graph = await house.graphOf(record);
    const kept = textKeeper(record, graph, snapshot.organisations.get(organisation)?.secret ?? '');
    const feedback: Feedback = {
      organisation,
      project,
      request: record.id,
      key: key.id,
      requestAt: record.at,
      at: Date.now(),
      score: body.score,
      label: kept(body.label ?? null),
      comment: kept(body.comment ?? null),
      policy,
      version,
      model: record.model,
      variant: variantOf(record.trace),
    };
    await house.records.giveFeedback(sealComment(gateway.contents, feedback));
    return feedback;
  } finally {
    gateway.inFlight.remove(bytes.length);
  }
}

/**
 * Keeps texts about a request as its policies kept those of the request: after the same redact nodes, and not at all where
 * one of them has some and the request came to none of them.
 */
function textKeeper(
  record: RequestRecord,
  graph: CompiledGraph | null,
  secret: string,
): (text: string | null) => string | null {
  const passed = record.trace.filter(({ kind }) => kind === 'redact').map(({ node }) => graph?.nodes.get(node));
  const skipped = graph !== null && !isRedacted(record.trace, graph);
  return (text) => {
    if (text === null || !graph || skipped) return null;
    const slot = { path: [], role: 'user', purpose: 'message', message: 0, text } as const;
    const source = { read: () => null, truth: () => false };
    const run = new Run({ view: { ...EMPTY_VIEW, slots: [slot] }, tags: new Map(), source, now: record.at, secret });
    for (const node of passed) {
      const step = node?.program(run);
      // A node that cannot be found cannot say what it would have taken out.
      if (!step || !('need' in step) || step.need.type !== 'redact') return null;
      redactText(step.need, run);
    }
    return run.view.slots[0]?.text ?? null;
  };
}
