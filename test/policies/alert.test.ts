import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT_PLACEHOLDERS, fillAlertText, unknownPlaceholders } from '../../policies/alert-text.ts';
import { compileGraph } from '../../policies/compile.ts';
import { replay } from '../../policies/replay.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import { draw } from './drawings.ts';
import { worldWith } from './house.ts';

describe('the text of an alert', () => {
  it('is filled in from the list, and says where something is not known', () => {
    const filled = fillAlertText('{team}/{user} at {node}: {cost}', (name) => (name === 'user' ? null : `<${name}>`));
    expect(filled).toBe('<team>/unknown at <node>: <cost>');
  });

  it('has no line of its own from a value, and none that is endless', () => {
    const text = fillAlertText('{user}!', () => `a\r\nb${'c'.repeat(1000)}`);
    expect(text).toBe(`a b${'c'.repeat(197)}…!`);
  });

  it('is never filled in twice: braces in a value stay as they are', () => {
    const names = fc.constantFrom(...Object.keys(ALERT_PLACEHOLDERS));
    fc.assert(
      fc.property(fc.array(names), names, (used, inner) => {
        const text = used.map((name) => `{${name}}`).join(' ');
        expect(fillAlertText(text, () => `{${inner}}`)).toBe(used.map(() => `{${inner}}`).join(' '));
        expect(unknownPlaceholders(text)).toEqual([]);
      }),
    );
    expect(unknownPlaceholders('{team} {Team} {} {prompt} {prompt} {toString}')).toEqual([
      'Team',
      '',
      'prompt',
      'toString',
    ]);
  });
});

describe('a replay of an alert', () => {
  const settings = { channel: 'Finance', text: 'Hello.', scope: ['team'] };
  const graph = (name: string) =>
    compileGraph(
      draw(
        {
          enter: ['request', {}],
          tell: ['alert', { ...settings, channel: name }],
          last: ['model', { model: 'asked' }],
        },
        ['enter.next > tell', 'tell.next > last'],
      ),
    );
  const tags = new Map([['team', { value: 'search', source: 'caller' as const }]]);
  const body = { model: 'sandbox/small', messages: [{ role: 'user' as const, content: 'hello' }] };

  it('goes the same way with the same words, and a request that never met it goes on alike', async () => {
    const { decision } = await simulate(
      graph('Finance'),
      { body, tags, now: 0 },
      outsideSchema.parse({}),
      worldWith([]),
    );
    const recorded = { trace: decision.trace, tags, now: 0, facts: { 'request.model': 'sandbox/small' } };
    const again = await replay(graph('Finance'), recorded, true);
    expect(again).toMatchObject({ result: 'same' });
    expect(again.result === 'same' && again.decision.trace).toEqual(decision.trace);
    const other = await replay(graph('Others'), recorded, false);
    expect(other).toMatchObject({ result: 'same' });
    expect(other.result === 'same' && other.decision.trace[1]?.reason).toBe(
      '“Others” would be told of team=search, unless that was done a moment before.',
    );
  });
});
