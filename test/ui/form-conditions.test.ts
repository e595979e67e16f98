import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionProblems, conditionSchema } from '../../policies/condition.ts';
import { type Fact, facts, findFact } from '../../policies/facts.ts';
import { OPERATOR_NAMES, type OperatorName, operators } from '../../policies/operators.ts';
import { readPart, writePart } from '../../ui/form/condition-parts.ts';
import { operatorsFor, valueAfterChange, valueWidget } from '../../ui/form/condition-values.ts';

const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  in: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
  notIn: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
  includesAny: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
  between: fc.constantFrom([0, 10], [2, 2]),
  during: fc.constantFrom(['22:00', '06:00'], ['09:00', '17:00']),
  isEmpty: fc.constant(true),
  exists: fc.constant(true),
  missing: fc.constant(true),
  matches: fc.constantFrom('a+', '^x'),
};
const numeric = new Set(['lessThan', 'lessThanInclusive', 'greaterThan', 'greaterThanInclusive']);
const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());

const leaf = fc.constantFrom(...OPERATOR_NAMES).chain((operator) =>
  fc.record({
    fact: fc.constantFrom(...facts.keys(), 'tags.feature', 'tag_source.team', 'no.such.fact', 'tags.'),
    operator: fc.constant(operator),
    value:
      VALUES[operator] ??
      (numeric.has(operator)
        ? fc.integer()
        : operator === 'equal' || operator === 'notEqual'
          ? scalar
          : fc.string({ minLength: 1 })),
  }),
);

const { condition } = fc.letrec<{ condition: unknown }>((tie) => {
  const parts = fc.array(tie('condition'), { minLength: 1, maxLength: 3 });
  return {
    condition: fc.oneof(
      { maxDepth: 7, withCrossShrink: true },
      leaf,
      fc.record({ all: parts }),
      fc.record({ any: parts }),
      fc.record({ not: tie('condition') }),
    ),
  };
});

/** Reads every part as the builder does and writes it again; what is custom stays. */
function rebuilt(raw: unknown, depth = 0): unknown {
  const part = readPart(raw, depth);
  if (part.type === 'custom') return raw;
  if (part.type === 'comparison') return writePart(part);
  return writePart({ ...part, parts: part.parts.map((one) => rebuilt(one, depth + 1)) });
}

describe('a condition in the builder', () => {
  it('is the same document when nothing was done to it, whatever its shape', () => {
    let accepted = 0;
    fc.assert(
      fc.property(condition, (raw) => {
        if (!conditionSchema.safeParse(raw).success) return;
        accepted += 1;
        expect(rebuilt(raw)).toEqual(raw);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(300);
  });

  it('leaves what it does not know as it is', () => {
    const known = { fact: 'team', operator: 'exists', value: true };
    for (const raw of [
      { fact: 'no.such', operator: 'equal', value: 'x' },
      { fact: 'team', operator: 'resembles', value: 'x' },
      { ...known, path: '$.x' },
      { fact: 'team', operator: 'equal', value: { deep: true } },
      { not: { not: known } },
      { all: [known], any: [known] },
      { all: known },
      'words',
      null,
      [known],
    ]) {
      expect(readPart(raw).type, JSON.stringify(raw)).toBe('custom');
    }
    expect(readPart({ all: [known] }, 4)).toMatchObject({
      type: 'custom',
      why: 'It is nested deeper than this form draws.',
    });
  });

  it('tells “none of” from “not all of”, with and without a list', () => {
    const known = { fact: 'team', operator: 'exists', value: true };
    expect(readPart({ not: known })).toMatchObject({ grouping: 'none', bare: true, parts: [known] });
    expect(readPart({ not: { any: [known] } })).toMatchObject({ grouping: 'none', bare: false });
    expect(readPart({ not: { all: [known] } })).toMatchObject({ grouping: 'not all' });
    const bare = readPart({ not: known });
    if (bare.type !== 'group') expect.fail('it is a group');
    expect(writePart({ ...bare, parts: [known, known] })).toEqual({ not: { any: [known, known] } });
    expect(writePart({ ...bare, parts: [{ all: [known] }] })).toEqual({ not: { any: [{ all: [known] }] } });
    expect(writePart({ ...bare, parts: [] })).toEqual({ not: { any: [] } });
  });
});

describe('the right side of a comparison', () => {
  const all: readonly Fact[] = [...facts.values(), findFact('tags.feature') ?? expect.fail('a tag is a fact')];

  it('fits after the fact or the operator was changed, or is still to be written', () => {
    const before: unknown[] = [undefined, '', 'search', 12, true, ['a', 'b'], [1, 2], ['22:00', '06:00'], '09:30', []];
    for (const fact of all) {
      for (const operator of operatorsFor(fact)) {
        for (const one of before) {
          const value = valueAfterChange(fact, operator, one);
          const what = `${fact.name} ${operator} ${JSON.stringify(one)} → ${JSON.stringify(value)}`;
          if (value === '' || (Array.isArray(value) && value.length === 0)) continue;
          expect(operators[operator].value.safeParse(value).success, what).toBe(true);
          expect(conditionProblems({ fact: fact.name, operator, value }), what).toEqual([]);
        }
      }
    }
  });

  it('stays where it can', () => {
    const team = findFact('team') ?? expect.fail('team is a fact');
    expect(valueAfterChange(team, 'in', 'search')).toEqual(['search']);
    expect(valueAfterChange(team, 'equal', ['search', 'ads'])).toBe('search');
    const tokens = findFact('tokens.input') ?? expect.fail('tokens are a fact');
    expect(valueAfterChange(tokens, 'between', 500)).toEqual([500, 1000]);
  });

  it('has a widget for every operator and every fact', () => {
    const widgets = new Map<OperatorName, Set<string>>();
    for (const fact of all) {
      for (const operator of operatorsFor(fact)) {
        const found = widgets.get(operator) ?? new Set();
        widgets.set(operator, found.add(valueWidget(fact, operator)));
      }
    }
    expect([...widgets.keys()].sort()).toEqual([...OPERATOR_NAMES].sort());
    expect(widgets.get('during')).toEqual(new Set(['times']));
    expect(widgets.get('between')).toEqual(new Set(['numbers']));
    expect(widgets.get('equal')).toEqual(new Set(['text', 'option', 'number', 'yes or no', 'time']));
  });
});
