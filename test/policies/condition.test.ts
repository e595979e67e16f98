import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Condition,
  compileCondition,
  conditionProblems,
  conditionSchema,
  evaluateWithLibrary,
  implies,
  sayCondition,
} from '../../policies/condition.ts';
import type { FactValue } from '../../policies/facts.ts';
import { facts } from '../../policies/facts.ts';
import { OPERATOR_NAMES, type Operator, type OperatorName, operators } from '../../policies/operators.ts';
import { Run } from '../../policies/run.ts';
import { viewOf } from './view.ts';

function runWith(values: Readonly<Record<string, FactValue>>): Run {
  return new Run({
    view: viewOf({}),
    tags: new Map(),
    now: 0,
    source: { read: (fact) => values[fact] ?? null, truth: (_leaf, _run, compute) => compute() },
  });
}

/** Values that sit on and around the edges of the right sides below, so that every operator is decided both ways. */
const NUMBERS = [-1, 0, 0.5, 1, 2, 3, 10];
const WORDS = ['', 'a', 'A', 'search', 'Search', 'ads', 'research', 'x1', 'éa', '10'];
const TIMES = ['00:00', '08:59', '09:00', '12:30', '17:00', '23:59'];

const word = fc.constantFrom(...WORDS);
const filled = fc.constantFrom(...WORDS.filter((one) => one !== ''));
const number = fc.constantFrom(...NUMBERS);
const time = fc.constantFrom(...TIMES);

/** A fact of each type, and values that it can have. */
const SUBJECTS = {
  string: { fact: 'team', value: word },
  text: { fact: 'text.last_user', value: word },
  number: { fact: 'tokens.input', value: number },
  boolean: { fact: 'request.stream', value: fc.boolean() },
  list: { fact: 'content.tools', value: fc.array(word, { maxLength: 3 }) },
  time: { fact: 'time.of_day', value: time },
} as const;

const RIGHT: Record<OperatorName, (type: keyof typeof SUBJECTS) => fc.Arbitrary<unknown>> = {
  equal: (type) => SUBJECTS[type].value,
  notEqual: (type) => SUBJECTS[type].value,
  in: () => fc.array(word, { minLength: 1, maxLength: 3 }),
  notIn: () => fc.array(word, { minLength: 1, maxLength: 3 }),
  contains: () => filled,
  doesNotContain: () => filled,
  startsWith: () => filled,
  endsWith: () => filled,
  matches: () => fc.constantFrom('^a', 'se[a-z]+', '^$', '\\d', '(?i)search$'),
  lessThan: () => number,
  lessThanInclusive: () => number,
  greaterThan: () => number,
  greaterThanInclusive: () => number,
  between: () => fc.tuple(number, number).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
  includes: () => word,
  doesNotInclude: () => word,
  includesAny: () => fc.array(word, { minLength: 1, maxLength: 3 }),
  isEmpty: () => fc.constant(true),
  during: () => fc.tuple(time, time),
  exists: () => fc.constant(true),
  missing: () => fc.constant(true),
};

/** Every operator on every type of fact that it takes. */
const PAIRS = OPERATOR_NAMES.flatMap((operator) =>
  operators[operator].types.map((type) => ({ operator, type: type as keyof typeof SUBJECTS })),
);

const leafOf = ({ operator, type }: (typeof PAIRS)[number]): fc.Arbitrary<Condition> =>
  RIGHT[operator](type).map((value) => ({ fact: SUBJECTS[type].fact, operator, value }));

const anyLeaf = fc.constantFrom(...PAIRS).chain(leafOf);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    anyLeaf,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('condition').map((not) => ({ not })),
  ),
}));

const missingOr = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 4 });
const values = fc.record(
  Object.fromEntries(
    Object.values(SUBJECTS).map(({ fact, value }) => [fact, missingOr(value as fc.Arbitrary<FactValue>)]),
  ),
);

async function agree(tree: Condition, of: Readonly<Record<string, FactValue>>): Promise<boolean> {
  const run = runWith(of);
  const closure = compileCondition(conditionSchema.parse(tree))(run);
  const library = await evaluateWithLibrary(tree, (fact) => of[fact] ?? null);
  return closure === library.result;
}

describe('the closures and the rules library', () => {
  it('agree on generated conditions and facts', async () => {
    await fc.assert(
      fc.asyncProperty(condition, values, async (tree, of) => {
        expect(conditionProblems(tree)).toEqual([]);
        expect(await agree(tree, of)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('agree on every operator by itself, for every type of fact that it takes', async () => {
    for (const pair of PAIRS) {
      await fc.assert(
        fc.asyncProperty(leafOf(pair), values, (leaf, of) => agree(leaf, of)),
        { numRuns: 60 },
      );
    }
  });

  // A change on one side alone must not go unseen: each operator is spoiled on each side in turn.
  for (const name of OPERATOR_NAMES) {
    for (const side of ['compile', 'engine'] as const) {
      it(`would disagree if “${name}” were changed in its ${side} form alone`, async () => {
        const table: Record<OperatorName, { -readonly [K in keyof Operator]: Operator[K] }> = operators;
        const original = { ...table[name] };
        const spoiled =
          side === 'compile'
            ? {
                ...original,
                compile: (value: unknown) => (fact: Parameters<ReturnType<Operator['compile']>>[0]) =>
                  !original.compile(value)(fact),
              }
            : { ...original, engine: (...args: Parameters<Operator['engine']>) => !original.engine(...args) };
        Object.assign(table, { [name]: spoiled });
        try {
          const seen = fc.asyncProperty(leafOf(PAIRS.find((pair) => pair.operator === name)!), values, (leaf, of) =>
            agree(leaf, of),
          );
          // For `missing`, both forms only see facts that are there.
          expect((await fc.check(seen, { numRuns: 300 })).failed).toBe(true);
        } finally {
          Object.assign(table, { [name]: original });
        }
      });
    }
  }
});

describe('a missing fact', () => {
  it('makes every operator false except “is missing”', async () => {
    for (const { operator, type } of PAIRS) {
      const [value] = fc.sample(RIGHT[operator](type), 1);
      const leaf = { fact: SUBJECTS[type].fact, operator, value };
      expect(compileCondition(leaf)(runWith({})), operator).toBe(operator === 'missing');
      expect((await evaluateWithLibrary(leaf, () => null)).result, operator).toBe(operator === 'missing');
    }
  });
});

describe('the schema of conditions', () => {
  const refused: [string, unknown][] = [
    ['an empty list', { any: [] }],
    ['an empty list within another', { all: [{ any: [] }] }],
    ['an operator of the library that is not ours', { fact: 'team', operator: 'everyFact:equal', value: 'a' }],
    ['text where a list belongs', { fact: 'team', operator: 'in', value: 'search' }],
    ['text where a number belongs', { fact: 'tokens.input', operator: 'lessThan', value: '20' }],
    ['a reference to another fact', { fact: 'team', operator: 'equal', value: { fact: 'user' } }],
    ['a path', { fact: 'team', operator: 'equal', value: 'a', path: '$.x' }],
    ['a pattern that could run for ever', { fact: 'text.last_user', operator: 'matches', value: '(?=a)b' }],
    ['a range that is upside down', { fact: 'tokens.input', operator: 'between', value: [2, 1] }],
    ['a time that no clock shows', { fact: 'time.of_day', operator: 'during', value: ['09:00', '25:00'] }],
    ['two lists at once', { all: [], any: [] }],
  ];
  for (const [what, value] of refused) {
    it(`refuses ${what}`, () => {
      expect(conditionSchema.safeParse(value).success).toBe(false);
    });
  }

  it('refuses a nesting that no drawing needs without running out of stack', () => {
    let deep: unknown = { fact: 'team', operator: 'exists', value: true };
    for (let i = 0; i < 5000; i++) deep = { not: deep };
    expect(conditionSchema.safeParse(deep).success).toBe(false);
  });
});

describe('problems of a condition', () => {
  it('names a mistyped fact and the one that was meant', () => {
    const [problem] = conditionProblems({ fact: 'tokens.inptu', operator: 'greaterThan', value: 1 });
    expect(problem?.message).toContain('tokens.inptu');
    expect(problem?.fix).toContain('tokens.input');
  });

  it('says when an operator does not fit the type of the fact, and which do', () => {
    const [problem] = conditionProblems({ fact: 'tokens.input', operator: 'contains', value: 'a' });
    expect(problem?.fix).toContain('is less than');
  });

  it('says when a value is compared that the fact never has', () => {
    expect(conditionProblems({ fact: 'complexity.level', operator: 'equal', value: 'hard' })[0]?.fix).toContain(
      'complex',
    );
    expect(conditionProblems({ fact: 'tokens.input', operator: 'equal', value: '12' })).toHaveLength(1);
  });

  it('does not take inherited names for facts', () => {
    expect(conditionProblems({ fact: 'constructor', operator: 'exists', value: true })).toHaveLength(1);
    expect(conditionProblems({ fact: 'tags.__proto__', operator: 'exists', value: true })).toHaveLength(1);
  });
});

describe('words for conditions', () => {
  it('reads as a sentence', () => {
    const tree: Condition = {
      all: [
        { fact: 'team', operator: 'in', value: ['search', 'ads'] },
        { fact: 'tokens.input', operator: 'greaterThan', value: 2000 },
      ],
    };
    expect(sayCondition(tree)).toBe('team is one of search, ads and estimated input tokens is more than 2,000');
  });

  it('has words for every operator', () => {
    for (const { operator, type } of PAIRS) {
      const [value] = fc.sample(RIGHT[operator](type), 1);
      expect(sayCondition({ fact: SUBJECTS[type].fact, operator, value })).toContain(
        facts.get(SUBJECTS[type].fact)?.label,
      );
    }
  });
});

describe('implication between conditions', () => {
  it('is never claimed where a request meets the inner and not the outer one', () => {
    fc.assert(
      fc.property(condition, condition, values, (inner, outer, of) => {
        if (!implies(inner, outer)) return;
        const run = runWith(of);
        if (compileCondition(inner)(run)) expect(compileCondition(outer)(run)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('sees that a narrower range and a listed value are covered', () => {
    expect(
      implies(
        { fact: 'tokens.input', operator: 'greaterThan', value: 10 },
        { fact: 'tokens.input', operator: 'greaterThanInclusive', value: 5 },
      ),
    ).toBe(true);
    expect(
      implies(
        { fact: 'team', operator: 'equal', value: 'ads' },
        { fact: 'team', operator: 'in', value: ['ads', 'search'] },
      ),
    ).toBe(true);
    expect(
      implies({ fact: 'team', operator: 'in', value: ['ads', 'x'] }, { fact: 'team', operator: 'equal', value: 'ads' }),
    ).toBe(false);
  });
});
