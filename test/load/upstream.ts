/**
 * An upstream of the scenarios, run as a process of its own: speaks OpenAI's stream, does with every request what its
 * plan says, and keeps its own account of what it billed. Asked for "account", it sends it to its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Billed } from './account.ts';
import { type Plan, planIn, tokensIn, wordsOf } from './request-plan.ts';

const account: Billed[] = [];
const attempts = new Map<string, number>();

const bodySchema = z.object({ model: z.string(), messages: z.tuple([z.object({ content: z.string() })]) });

const HEAD = { id: 'chatcmpl-load', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'load' };
const event = (more: object): string => `data: ${JSON.stringify({ ...HEAD, ...more })}\n\n`;
const piece = (delta: object, finish: string | null): string =>
  event({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });

function fail(response: ServerResponse, status: number, type: string): void {
  const body = JSON.stringify({ error: { message: 'Played by the upstream of a load scenario.', type, code: null } });
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(body);
}

function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  const { model, messages } = bodySchema.parse(JSON.parse(body));
  const { content } = messages[0];
  const plan = planIn(content);
  const id = String(request.headers['x-request-id']);
  const attempt = attempts.get(id) ?? 0;
  attempts.set(id, attempt + 1);
  const fate = attempt < plan.times ? plan.fate : 'answer';
  if (fate === 'error') fail(response, 500, 'server_error');
  else if (fate === 'busy') fail(response, 429, 'rate_limit_error');
  else if (fate === 'reset') request.socket.destroy();
  else stream(response, plan, fate, bill(id, model, content, plan));
}

/** Begins a bill that grows with the answer. */
function bill(id: string, model: string, content: string, plan: Plan): Billed {
  const input = tokensIn(content);
  const cached = Math.floor(input * plan.cached);
  const billed: Billed = { id, model, input, cached, output: 0, reported: false, complete: false };
  account.push(billed);
  return billed;
}

function stream(response: ServerResponse, plan: Plan, fate: Plan['fate'], billed: Billed): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': billed.id });
  response.write(piece({ role: 'assistant', content: '' }, null));
  let sent = 0;
  const next = (): void => {
    if (response.destroyed) return;
    if (fate === 'broken' && sent === plan.breakAfter) {
      response.socket?.destroy();
      return;
    }
    if (sent === plan.events) {
      finish(response, fate, billed);
      return;
    }
    sent += 1;
    const until = Math.floor((plan.output * sent) / plan.events);
    const hasRoom = response.write(piece({ content: wordsOf(until - billed.output, billed.output) }, null));
    billed.output = until;
    if (!hasRoom) response.once('drain', next);
    else if (plan.pace === 0) setImmediate(next);
    else setTimeout(next, plan.pace);
  };
  next();
}

function finish(response: ServerResponse, fate: Plan['fate'], billed: Billed): void {
  const { input, cached, output } = billed;
  response.write(piece({}, 'stop'));
  billed.complete = true;
  if (fate !== 'unreported') {
    billed.reported = true;
    const usage = {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cached },
    };
    response.write(event({ choices: [], usage }));
  }
  response.end('data: [DONE]\n\n');
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (bytes: Buffer) => pieces.push(bytes));
  request.on('end', () => answer(request, response, Buffer.concat(pieces).toString('utf8')));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const { port } = z.object({ port: z.number() }).parse(server.address());
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
process.on('message', (message) => {
  if (message === 'account') process.send?.(account);
});
process.on('disconnect', () => process.exit(0));
