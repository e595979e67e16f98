import { NO_USAGE } from '../../../policies/request.ts';
import type { Charge, Intent, RequestRecord } from '../../../server/records/record.ts';

let made = 0;

/** A number that no other call has given. */
export const nextNumber = (): number => {
  made += 1;
  return made;
};

export const START = Date.UTC(2026, 0, 5, 10, 0, 0);

/** An id of the real form; ids rise with every call. */
function nextId(): string {
  const digits = nextNumber().toString(16).padStart(12, '0');
  return `req_${(START + made)
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})(.{4})$/, '$1-$2')}-7000-8000-${digits}`;
}

export function exampleCharge(changes: Partial<Charge> = {}): Charge {
  return {
    budget: 'bud_1',
    revision: 1,
    scope: 'team=search',
    unit: 'usd',
    window: START,
    held: 5_000_000,
    settled: 1_200_000,
    ...changes,
  };
}

/** A record of a request that went well, of eight steps. */
export function exampleRecord(changes: Partial<RequestRecord> = {}): RequestRecord {
  const id = nextId();
  const usage = { ...NO_USAGE, inputTokens: 800, cachedInputTokens: 100, outputTokens: 200, reasoningTokens: 50 };
  const kinds = ['request', 'match', 'classify', 'tag', 'redact', 'budget', 'limit', 'model'];
  return {
    id,
    gateway: 'gateway_1',
    boot: 'boot_1',
    sequence: made,
    organisation: 'org_1',
    project: 'project_1',
    key: 'key_1',
    at: START + made,
    durationMs: 812.5,
    overheadMs: 1.25,
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    endpoint: 'chat.completions',
    stream: true,
    app: 'OpenAI/JS 6.30.1',
    requestedModel: 'gpt-5',
    model: 'openai/gpt-5-mini',
    policy: 'policy_1',
    version: 3,
    tags: { team: { value: 'search', source: 'key' }, usage: { value: 'building', source: 'rule' } },
    trace: kinds.map((kind, i) => ({
      node: `node_${i}`,
      kind,
      port: i < kinds.length - 1 ? 'next' : null,
      reason: `The ${kind} node went on, as “team” is search.`,
      facts: { team: 'search', 'tokens.input': 800 },
    })),
    attempts: [
      {
        node: 'node_7',
        model: 'openai/gpt-5-mini',
        ok: true,
        failure: null,
        status: 200,
        message: null,
        usage,
        usageSource: 'provider',
        cost: 1_200_000,
        firstByteMs: 100,
        durationMs: 800,
        upstreamId: 'upstream_1',
      },
    ],
    charges: [exampleCharge()],
    redactions: { email: 2 },
    usage,
    usageSource: 'provider',
    cost: 1_200_000,
    facts: { 'tokens.input': 800, clock: START, tools: ['search'] },
    content: { request: '{"model":"gpt-5"}', answer: 'data: {"id":1}\n\ndata: [DONE]\n\n' },
    ...changes,
  };
}

/** The intent that came before a record: charged at its holds. */
export function intentOf(record: RequestRecord): Intent {
  const { id, gateway, boot, sequence, organisation, project, key, at, requestedModel, policy, version, tags } = record;
  return {
    id,
    gateway,
    boot,
    sequence,
    organisation,
    project,
    key,
    at,
    requestedModel,
    policy,
    version,
    tags,
    model: record.model ?? '',
    charges: record.charges.map((charge) => ({ ...charge, settled: charge.held })),
    usage: record.usage,
    cost: record.charges.reduce((sum, charge) => sum + charge.held, 0),
  };
}
