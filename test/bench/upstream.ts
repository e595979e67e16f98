/** A mock upstream that answers at once, whole or as a stream of 100 events; run as a process of its own. */
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
const EVENTS = [
  event({ role: 'assistant', content: '' }, null),
  ...Array.from({ length: 98 }, (_, i) => event({ content: ` word${i}` }, null)),
  event({}, 'stop'),
];
const USAGE = Buffer.from(
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'bench', choices: [], usage: { prompt_tokens: 220, completion_tokens: 98, total_tokens: 318 } })}\n\n`,
);
const DONE = Buffer.from('data: [DONE]\n\n');

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  let stream = false;
  req.on('data', (chunk: Buffer) => {
    if (chunk.includes('"stream":true')) stream = true;
  });
  req.on('end', () => {
    if (!stream) {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
      res.end(ANSWER);
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    let i = 0;
    // One event a turn of the loop, so that events travel by themselves as they do from a model.
    const next = (): void => {
      const one = EVENTS[i++];
      if (one) {
        res.write(one);
        setImmediate(next);
      } else {
        res.write(USAGE);
        res.end(DONE);
      }
    };
    next();
  });
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  process.send?.({ port: (server.address() as { port: number }).port }),
);
