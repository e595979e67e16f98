import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../policies/bucket.ts';
import { type ChatBody, viewOfChat } from '../../policies/chat.ts';
import { compileGraph } from '../../policies/compile.ts';
import { findingsOf } from '../../policies/decision.ts';
import type { Graph } from '../../policies/graph.ts';
import type { Recorded } from '../../policies/recorded-facts.ts';
import { type Replay, replay } from '../../policies/replay.ts';
import type { Tag } from '../../policies/request.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import { body, callerTags, draw, drawing, moment, outside, smallHouse } from './drawings.ts';

interface Request {
  readonly body: ChatBody;
  readonly tags: ReadonlyMap<string, Tag>;
  readonly now: number;
}

/** Decides a request and keeps of it what a record keeps: it goes through JSON, as the record does. */
async function record(graph: Graph, request: Request, outsideSays: unknown = {}): Promise<Recorded> {
  const said = outsideSchema.parse(outsideSays);
  const { decision } = await simulate(compileGraph(graph), request, said, smallHouse);
  const view = viewOfChat(request.body);
  const facts = {
    'request.model': view.model,
    'request.max_tokens': view.maxOutputTokens,
    'content.tools': view.toolNames,
  };
  return { trace: JSON.parse(JSON.stringify(decision.trace)), tags: request.tags, now: request.now, facts };
}

const ask = (content: string, more: object = {}): Request => ({
  body: { model: 'sandbox/large', messages: [{ role: 'user', content }], ...more },
  tags: new Map(),
  now: Date.UTC(2026, 2, 2, 12),
});

const small = ['model', { model: 'sandbox/small' }] as const;
const large = ['model', { model: 'sandbox/large' }] as const;
const enter = ['request', {}] as const;
const matchOn = (when: object) => ['match', { cases: [{ port: 'yes', label: '', when }] }] as const;
const yesOrElse = (when: object): Graph =>
  draw({ enter, look: matchOn(when), small, large }, ['enter.next > look', 'look.yes > small', 'look.else > large']);

const classifying = (simpleBelow: number): Graph =>
  draw({ enter, sort: ['classify', { simpleBelow, complexFrom: 0.9 }], small, large }, [
    'enter.next > sort',
    'sort.simple > small',
    'sort.standard > large',
    'sort.complex > large',
  ]);

const paying = (settings: object): Graph =>
  draw({ enter, month: ['budget', { budget: 'month', warnAt: 0.9, ...settings }], small, large }, [
    'enter.next > month',
    'month.within > large',
    ...('warnAt' in settings && settings.warnAt === null ? ['month.exhausted > small'] : ['month.warning > small']),
  ]);

async function replayed(before: Graph, after: Graph, request: Request, outsideSays: unknown = {}): Promise<Replay> {
  return replay(compileGraph(after), await record(before, request, outsideSays), before === after);
}

describe('a replay on the version that decided', () => {
  it('always takes the same path', async () => {
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, outside, async (graph, chat, tags, now, said) => {
        const recorded = await record(graph, { body: chat, tags, now }, said);
        const result = await replay(compileGraph(graph), recorded, true);
        expect(result.result).toBe('same');
        if (result.result === 'same')
          expect(result.decision.trace.map(({ node, port, reason }) => ({ node, port, reason }))).toEqual(
            recorded.trace.map(({ node, port, reason }) => ({ node, port, reason })),
          );
      }),
      { numRuns: 1500 },
    );
  });

  it('needs no text: conditions on texts are answered by what held then', async () => {
    const refund = matchOn({ fact: 'text.last_user', operator: 'contains', value: 'refund' });
    const graph = draw({ enter, refund, small, no: ['block', { message: 'No.' }] }, [
      'enter.next > refund',
      'refund.yes > small',
      'refund.else > no',
    ]);
    const recorded = await record(graph, ask('I want a refund for my purple umbrella'));
    expect(JSON.stringify([recorded.trace, recorded.facts])).not.toContain('umbrella');
    expect((await replay(compileGraph(graph), recorded, true)).result).toBe('same');
    const turned = recorded.trace.map((step) =>
      step.truths ? { ...step, truths: mapValues(step.truths, (held) => !held) } : step,
    );
    expect((await replay(compileGraph(graph), { ...recorded, trace: turned }, true)).result).toBe('different');
  });

  it('needs no places of what was found, which older records do not have', async () => {
    const graph = draw({ enter, hide: ['redact', { rules: [{ detect: 'email', action: 'mask' }] }], small, large }, [
      'enter.next > hide',
      'hide.clean > small',
      'hide.found > large',
    ]);
    const recorded = await record(graph, ask('For ada@example.com'));
    const places = [{ in: 'message', message: 1, role: 'user', found: { email: 1 } }];
    const rules = (recorded.trace[1] && findingsOf(recorded.trace[1])[0]?.rules) ?? '';
    const found = { found: { email: 1 }, rules };
    expect(recorded.trace[1]?.results).toEqual([{ ...found, places }]);
    const older = recorded.trace.map((step, i) => (i === 1 ? { ...step, results: [found] } : step));
    for (const trace of [recorded.trace, older]) {
      const again = await replay(compileGraph(graph), { ...recorded, trace }, true);
      expect(again.result).toBe('same');
      if (again.result === 'same') expect(again.decision.trace).toEqual(trace);
    }
  });

  it('reads facts as each step found them, also those that a redaction has changed', async () => {
    const longerThan = (value: number) => matchOn({ fact: 'tokens.input', operator: 'greaterThan', value });
    const graph = draw(
      {
        enter,
        before: longerThan(40),
        hide: ['redact', { rules: [{ name: 'word', words: ['supercalifragilistic'], action: 'mask' }] }],
        after: longerThan(40),
        small,
        large,
      },
      [
        'enter.next > before',
        'before.yes > hide',
        'before.else > small',
        'hide.clean > after',
        'hide.found > after',
        'after.yes > large',
        'after.else > small',
      ],
    );
    const recorded = await record(graph, ask('supercalifragilistic '.repeat(10)));
    expect(recorded.trace.map((step) => step.port)).toEqual(['next', 'yes', 'found', 'else', null]);
    expect((await replay(compileGraph(graph), recorded, true)).result).toBe('same');
  });
});

describe('a replay on another version', () => {
  it('names the step at which a changed threshold of the classifier parts the ways', async () => {
    const result = await replayed(classifying(0.2), classifying(0), ask('hi'));
    expect(result).toMatchObject({
      difference: { node: 'sort', recorded: { port: 'simple' }, now: { port: 'standard' } },
    });
  });

  it('names the budget whose warning has moved', async () => {
    const request = ask('hi', { max_tokens: 10 });
    const spent = { budgets: { month: { spent: 100_000_000 } } };
    const result = await replayed(paying({ warnAt: 0.9 }), paying({ warnAt: 0.4 }), request, spent);
    expect(result).toMatchObject({
      difference: { node: 'month', recorded: { port: 'within' }, now: { port: 'warning' } },
    });
    expect((await replayed(paying({ warnAt: 0.9 }), paying({ warnAt: 0.8 }), request, spent)).result).toBe('same');
  });

  it('names the condition whose number has changed', async () => {
    const longerThan = (value: number) => yesOrElse({ fact: 'tokens.input', operator: 'greaterThan', value });
    const result = await replayed(longerThan(1), longerThan(1000), ask('hello there'));
    expect(result).toMatchObject({ difference: { node: 'look', recorded: { port: 'yes' }, now: { port: 'else' } } });
  });

  it('knows tags and the clock of every request', async () => {
    const by = (when: object) =>
      draw({ enter, look: matchOn(when), small, no: ['block', { message: 'No.' }] }, [
        'enter.next > look',
        'look.yes > small',
        'look.else > no',
      ]);
    const request = { ...ask('hi'), tags: new Map([['team', { value: 'ads', source: 'key' as const }]]) };
    const before = by({ fact: 'usage', operator: 'missing', value: true });
    const noon = by({ fact: 'time.hour', operator: 'between', value: [11, 13] });
    const team = by({ fact: 'team', operator: 'equal', value: 'search' });
    expect((await replayed(before, noon, request)).result).toBe('same');
    expect((await replayed(before, team, request)).result).toBe('different');
  });

  it('goes on from what its own nodes change', async () => {
    const before = yesOrElse({ fact: 'request.max_tokens', operator: 'lessThan', value: 100 });
    const after = draw(
      {
        enter,
        brief: ['limit', { maxOutputTokens: 50, removeTools: true }],
        look: matchOn({
          all: [
            { fact: 'request.max_tokens', operator: 'lessThan', value: 100 },
            { fact: 'content.tools', operator: 'isEmpty', value: true },
          ],
        }),
        small,
        large,
      },
      ['enter.next > brief', 'brief.next > look', 'look.yes > small', 'look.else > large'],
    );
    const tools = [{ type: 'function', function: { name: 'find' } }];
    const result = await replayed(before, after, ask('hi', { tools, max_tokens: 3000 }));
    // It gets as far as the small model, which nobody had called.
    expect(result).toMatchObject({ result: 'cannot tell', node: 'small', difference: { node: 'brief' } });
  });

  const cannotTell: [what: string, before: Graph, after: Graph, node: string][] = [
    [
      'a fact that was not recorded',
      yesOrElse({ fact: 'usage', operator: 'missing', value: true }),
      yesOrElse({ fact: 'text.language', operator: 'equal', value: 'en' }),
      'look',
    ],
    [
      'a condition on text that was not asked',
      yesOrElse({ fact: 'text.last_user', operator: 'contains', value: 'h' }),
      yesOrElse({ fact: 'text.last_user', operator: 'contains', value: 'i' }),
      'look',
    ],
    [
      'a score that nobody computed',
      yesOrElse({ fact: 'usage', operator: 'missing', value: true }),
      classifying(0.2),
      'sort',
    ],
    ['a budget that was not asked', classifying(0.2), paying({}), 'month'],
    [
      'what other models would have cost',
      paying({}),
      draw({ enter, month: ['budget', { budget: 'month', warnAt: 0.9 }], small, large }, [
        'enter.next > month',
        'month.within > small',
        'month.warning > small',
      ]),
      'month',
    ],
    [
      'a model that was not called',
      draw({ enter, small }, ['enter.next > small']),
      draw({ enter, large }, ['enter.next > large']),
      'large',
    ],
    [
      'what other rules would find',
      draw({ enter, hide: ['redact', { rules: [{ detect: 'email', action: 'mask' }] }], small }, [
        'enter.next > hide',
        'hide.clean > small',
        'hide.found > small',
      ]),
      draw({ enter, hide: ['redact', { rules: [{ detect: 'phone', action: 'mask' }] }], small }, [
        'enter.next > hide',
        'hide.clean > small',
        'hide.found > small',
      ]),
      'hide',
    ],
  ];
  it.each(cannotTell)('cannot tell %s, and says so', async (_what, before, after, node) => {
    const result = await replayed(before, after, ask('hi'));
    expect(result).toMatchObject({ result: 'cannot tell', node });
  });

  it('draws for a split of its own what that split would have drawn, whatever another one drew', async () => {
    const variants = [
      { port: 'low', label: '', weight: 50 },
      { port: 'high', label: '', weight: 50 },
    ];
    const splitting = (name: string): Graph =>
      draw({ enter, [name]: ['split', { variants }], small, large }, [
        `enter.next > ${name}`,
        `${name}.low > small`,
        `${name}.high > large`,
      ]);
    const ports = new Set<string | null | undefined>();
    for (let number = 0; number < 20; number++) {
      const id = `req_${number}`;
      const recorded = { ...(await record(splitting('one'), ask('hi'), { chances: { one: 0 } })), id };
      const result = await replay(compileGraph(splitting('other')), recorded, false);
      if (result.result === 'cannot tell') ports.add(bucketOf(id, 'other') < 0.5 ? null : 'high');
      else {
        const step = result.decision.trace.find(({ node }) => node === 'other');
        expect(step?.port).toBe(bucketOf(id, 'other') < 0.5 ? 'low' : 'high');
        ports.add(step?.port);
      }
    }
    expect(ports.size).toBe(2);
  });

  it('cannot tell what an estimate would have let through', async () => {
    const file = {
      ...ask(''),
      body: {
        model: 'sandbox/large',
        messages: [{ role: 'user' as const, content: [{ type: 'file', file: { file_id: 'f' } }] }],
      },
    };
    expect((await replayed(paying({}), paying({ allowEstimate: true }), file)).result).toBe('cannot tell');
    expect((await replayed(paying({}), paying({ outputLimit: 10 }), file)).result).toBe('same');
  });

  it('does not take a score for known in front of the node that gives it', async () => {
    const hard = matchOn({ fact: 'complexity.score', operator: 'greaterThanInclusive', value: 0 });
    const sort = ['classify', {}] as const;
    const known = draw({ enter, sort, hard, small, large }, [
      'enter.next > sort',
      'sort.simple > hard',
      'sort.standard > hard',
      'sort.complex > hard',
      'hard.yes > small',
      'hard.else > large',
    ]);
    const tooEarly = draw({ enter, hard, small, large }, [
      'enter.next > hard',
      'hard.yes > small',
      'hard.else > large',
    ]);
    const result = await replayed(known, tooEarly, ask('hi'));
    expect(result).toMatchObject({ result: 'cannot tell', node: 'large' });
  });
});

describe('a trace', () => {
  /** Letters that no word of ours is made of, so that a text found in a trace came from the request. */
  const secret = fc.string({ unit: fc.constantFrom('q', 'x', 'j', 'z', 'ß', 'ж', '字'), minLength: 9, maxLength: 30 });
  const personal = fc.oneof(
    secret,
    fc.constantFrom('qxjzqx@zqxjzq.example.com', '+49 30 90182033', 'DE89 3704 0044 0532 0130 00'),
  );

  it('holds no text of the request', async () => {
    const request = fc.record({
      system: secret,
      texts: fc.array(personal, { minLength: 1, maxLength: 4 }),
      argument: personal,
      result: secret,
    });
    await fc.assert(
      fc.asyncProperty(drawing, request, outside, async (graph, { system, texts, argument, result }, said) => {
        const chat: ChatBody = {
          model: 'sandbox/small',
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: texts.join(' lorem ') },
            {
              role: 'assistant',
              tool_calls: [
                { type: 'function', id: 'c', function: { name: 'find', arguments: JSON.stringify({ argument }) } },
              ],
            },
            { role: 'tool', content: result, tool_call_id: 'c' },
            { role: 'user', content: [{ type: 'text', text: `what is ${texts[0]}?` }] },
          ],
        };
        const { trace } = await record(graph, { body: chat, tags: new Map(), now: 0 }, said);
        const written = JSON.stringify(trace);
        for (const text of [system, argument, result, ...texts]) expect(written).not.toContain(text);
      }),
      { numRuns: 500 },
    );
  });
});

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
