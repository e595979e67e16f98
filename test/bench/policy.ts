/** The policy that the bench runs: eight nodes on the way, ten conditions evaluated, a hold, a redaction, a classification. */
import { parseGraph } from '../../policies/graph.ts';
import type { ShippedPolicy } from '../../server/control/seed.ts';

const leaf = (fact: string, operator: string, value: unknown): unknown => ({ fact, operator, value });

const graph = parseGraph({
  schema: 1,
  nodes: [
    { id: 'enter', kind: 'request', title: 'Request', settings: { timeZone: 'Europe/Berlin' } },
    {
      id: 'blocked',
      kind: 'match',
      title: 'Not allowed',
      settings: {
        cases: [
          {
            port: 'frozen',
            label: '',
            when: { all: [leaf('team', 'in', ['frozen', 'gone']), leaf('usage', 'equal', 'vibing')] },
          },
          {
            port: 'banned',
            label: '',
            when: { any: [leaf('text.last_user', 'contains', 'forbidden phrase'), leaf('user', 'equal', 'mallory')] },
          },
        ],
      },
    },
    {
      id: 'sort',
      kind: 'match',
      title: 'Who is it?',
      settings: {
        cases: [
          {
            port: 'night',
            label: '',
            when: { all: [leaf('time.of_day', 'during', ['22:00', '22:01']), leaf('request.stream', 'equal', false)] },
          },
          {
            port: 'huge',
            label: '',
            when: {
              any: [leaf('tokens.input', 'greaterThan', 50_000), leaf('conversation.turns', 'greaterThan', 200)],
            },
          },
          {
            port: 'search',
            label: '',
            when: { all: [leaf('team', 'equal', 'search'), leaf('request.model', 'startsWith', 'gpt')] },
          },
        ],
      },
    },
    { id: 'mark', kind: 'tag', title: 'Mark', settings: { tags: { usage: 'building' }, override: true } },
    {
      id: 'protect',
      kind: 'redact',
      title: 'Redact',
      settings: {
        rules: ['email', 'phone', 'card', 'iban', 'ssn', 'ip', 'secret'].map((detect) => ({
          detect,
          action: 'placeholder',
        })),
      },
    },
    { id: 'pay', kind: 'budget', title: 'Budget', settings: { budget: 'bench' } },
    { id: 'hard', kind: 'classify', title: 'How hard?', settings: {} },
    { id: 'cap', kind: 'limit', title: 'Limit', settings: { maxOutputTokens: 2000 } },
    { id: 'call', kind: 'model', title: 'Model', settings: { model: 'openai/gpt-4.1-mini' } },
    { id: 'no', kind: 'block', title: 'No', settings: { message: 'No.' } },
  ],
  edges: [
    ['enter', 'next', 'blocked'],
    ['blocked', 'frozen', 'no'],
    ['blocked', 'banned', 'no'],
    ['blocked', 'else', 'sort'],
    ['sort', 'night', 'no'],
    ['sort', 'huge', 'no'],
    ['sort', 'search', 'mark'],
    ['sort', 'else', 'mark'],
    ['mark', 'next', 'protect'],
    ['protect', 'clean', 'pay'],
    ['protect', 'found', 'pay'],
    ['pay', 'within', 'hard'],
    ['pay', 'warning', 'hard'],
    ['pay', 'exhausted', 'no'],
    ['hard', 'simple', 'cap'],
    ['hard', 'standard', 'cap'],
    ['hard', 'complex', 'cap'],
    ['cap', 'next', 'call'],
  ].map(([from, port, to]) => ({ from, port, to })),
});

export const BENCH_POLICY: ShippedPolicy = {
  name: 'starter',
  title: 'Bench',
  description: '',
  graph,
  layout: { positions: {}, stickies: [] },
  budgets: [
    {
      key: 'bench',
      name: 'Bench',
      scope: ['team'],
      window: 'month',
      timeZone: 'UTC',
      unit: 'usd',
      limit: 9_000_000_000_000_000,
      owner: null,
    },
  ],
};
