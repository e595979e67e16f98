/** A mock upstream that answers at once, whole or as a stream of `max_tokens` events; run as a process of its own. */
import { createServer } from 'node:http';

const ANSWER = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'bench',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'A happy person is a glad one. '.repeat(12) },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 220, completion_tokens: 90, total_tokens: 310 },
  }),
);

function event(delta: unknown, finish: string | null): Buffer {
  return Buffer.from(
    `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'bench', choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`,
  );
}
const FIRST = event({ role: 'assistant', content: '' }, null);
const WORDS = Array.from({ length: 100 }, (_, i) => event({ content: ` word${i}` }, null));
const LAST = event({}, 'stop');
const USAGE = Buffer.from(
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'bench', choices: [], usage: { prompt_tokens: 220, completion_tokens: 98, total_tokens: 318 } })}\n\n`,
);
const DONE = Buffer.from('data: [DONE]\n\n');

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const asked = Buffer.concat(chunks).toString();
    if (!asked.includes('"stream":true')) {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
      res.end(ANSWER);
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(FIRST);
    let words = Number(/"max_tokens":(\d+)/.exec(asked)?.[1]) - 2;
    // One event a turn of the loop, so that events travel by themselves as they do from a model.
    const next = (): void => {
      if (words-- > 0) {
        res.write(WORDS[words % WORDS.length]);
        setImmediate(next);
      } else {
        res.write(LAST);
        res.write(USAGE);
        res.end(DONE);
      }
    };
    setImmediate(next);
  });
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  process.send?.({ port: (server.address() as { port: number }).port }),
);
