import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { kinds } from '../../policies/kinds/index.ts';
import { field, type Kind } from '../../policies/kinds/kind.ts';
import { type Block, helpBlocks, type Item } from '../../ui/form/help-blocks.ts';
import { kindsBefore } from '../../ui/form/kinds-before.ts';
import { freeName, isMadeFrom } from '../../ui/form/names.ts';
import {
  fittingUnit,
  kept,
  money,
  percentage,
  plainNumber,
  scaled,
  shown,
  TIME_UNITS,
} from '../../ui/form/notation.ts';
import { moved, setAt } from '../../ui/form/paths.ts';
import { type Slot, slotOf, variantOf } from '../../ui/form/shape.ts';
import { startValue, turnedInto } from '../../ui/form/start-value.ts';
import { shareOut } from '../../ui/form/weights.ts';

const all: [string, Kind][] = Object.entries(kinds);

/** Every slot of a form, the form itself first. */
function slotsIn(slot: Slot): Slot[] {
  const { shape } = slot;
  const inner =
    shape.type === 'group'
      ? shape.fields
      : shape.type === 'variants'
        ? shape.variants.map((variant) => variant.slot)
        : shape.type === 'list'
          ? [shape.item]
          : shape.type === 'entries'
            ? [shape.value]
            : [];
  return [slot, ...inner.flatMap(slotsIn)];
}

const oddity = z.strictObject({
  weight: field(z.number(), 'Weight', '', { widget: 'weight' }),
  maxTries: z.int().nullable().default(3),
  nested: z.strictObject({ on: z.boolean() }).optional(),
  ways: z.array(
    z.discriminatedUnion('how', [
      z.strictObject({ how: z.literal('by_name'), name: z.string() }),
      z.strictObject({ how: z.literal('by_number'), number: z.number() }),
    ]),
  ),
  level: z.enum(['low', 'high']).optional(),
  labels: z.record(z.string(), z.string()),
});

describe('the form of a kind', () => {
  it.each(all)('shows every setting of %s with a title, and none of them as a definition only', (_, kind) => {
    const form = slotOf(kind.settings);
    expect(form.shape.type).toBe('group');
    for (const slot of slotsIn(form)) {
      if (slot.shape.type === 'other') expect(slot.hint.widget).toBe('condition');
    }
    if (form.shape.type === 'group') {
      for (const { title, help } of form.shape.fields) expect([title, help]).not.toContain('');
    }
  });

  it('is made from any schema, whichever kind it is of', () => {
    const { shape } = slotOf(oddity);
    if (shape.type !== 'group') expect.fail('an object is a group');
    const types = shape.fields.map((one) => [one.title, one.shape.type, one.mayBeAbsent, one.mayBeNull, one.fallback]);
    expect(types).toEqual([
      ['Weight', 'number', false, false, undefined],
      ['Max tries', 'number', false, true, 3],
      ['Nested', 'group', true, false, undefined],
      ['Ways', 'list', false, false, undefined],
      ['Level', 'choice', true, false, undefined],
      ['Labels', 'entries', false, false, undefined],
    ]);
    const ways = shape.fields[3]?.shape;
    if (ways?.type !== 'list' || ways.item.shape.type !== 'variants') expect.fail('a union of objects has variants');
    const { variants } = ways.item.shape;
    expect(variants.map(({ title }) => title)).toEqual(['By name', 'By number']);
    expect(variantOf(variants, { how: 'by_number', number: 'not yet' })).toBe(1);
    expect(variantOf(variants, { how: 'by_name' })).toBe(0);
  });

  it('stays the same object for the same schema, so that fields are not drawn anew', () => {
    expect(slotOf(oddity)).toBe(slotOf(oddity));
  });

  it('begins entries with values that fit, or that only have to be filled in', () => {
    for (const [, kind] of all) {
      for (const slot of slotsIn(slotOf(kind.settings))) {
        if (slot.shape.type !== 'list') continue;
        const { item } = slot.shape;
        const first = startValue(item);
        const second = startValue(item, [first]);
        for (const one of [first, second]) {
          const parsed = z.safeParse(item.schema, one);
          if (!parsed.success) expect(JSON.stringify(one)).toContain('""');
        }
      }
    }
    const cases = slotsIn(slotOf(kinds.match.settings)).find(({ shape }) => shape.type === 'list');
    if (cases?.shape.type !== 'list') expect.fail('a match has a list of cases');
    const first = startValue(cases.shape.item);
    const second = startValue(cases.shape.item, [first]);
    expect(kinds.match.bind({ cases: [first, second] }).ok).toBe(true);
  });

  it('keeps what two sorts of a group have in common when one is turned into the other', () => {
    const rules = slotsIn(slotOf(kinds.redact.settings)).find(({ shape }) => shape.type === 'variants');
    if (rules?.shape.type !== 'variants') expect.fail('a rule is of several sorts');
    const [detector, pattern, words] = rules.shape.variants;
    if (!detector || !pattern || !words) expect.fail('there are three sorts');
    expect([detector.title, pattern.title, words.title]).toEqual([
      'Built-in detector',
      'Pattern of your own',
      'List of words',
    ]);
    const own = turnedInto(detector, pattern, { detect: 'email', action: 'hash' }, []);
    expect(own).toMatchObject({ pattern: '', action: 'hash' });
    expect(turnedInto(pattern, words, { ...Object(own), name: 'project' }, [])).toMatchObject({
      name: 'project',
      action: 'hash',
    });
    expect(variantOf(rules.shape.variants, own)).toBe(1);
  });
});

describe('numbers', () => {
  it('come back as they are kept: dollars to the nano, shares, times', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (nano) => {
        expect(money.read(money.write(nano))).toBe(nano);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), (hundredths) => {
        const share = Number(`${hundredths}e-4`);
        expect(percentage.read(percentage.write(share))).toBe(share);
      }),
    );
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), fc.constantFrom(...Object.values(TIME_UNITS)), (count, unit) => {
        expect(scaled(unit).read(String(count))).toBe(count * unit);
      }),
    );
  });

  it('are shown in the unit that people would say', () => {
    expect(fittingUnit(60, 'seconds')).toBe('minutes');
    expect(fittingUnit(90, 'seconds')).toBe('seconds');
    expect(fittingUnit(7_200_000, 'milliseconds')).toBe('hours');
    expect(fittingUnit('soon', 'seconds')).toBe('seconds');
    expect(percentage.write(0.58)).toBe('58');
    expect(percentage.read('7')).toBe(0.07);
    expect(money.read('1,000.5')).toBe(1_000_500_000_000);
  });

  it('stay as they were typed for as long as they are none', () => {
    for (const text of ['', '-', '1,5', 'ten', '0x10', 'Infinity', '1 000']) {
      expect(kept(text, plainNumber)).toBe(text);
      expect(shown(kept(text, plainNumber), plainNumber)).toBe(text);
    }
    expect(kept('2,000', plainNumber)).toBe(2000);
    expect(kept(' .5 ', plainNumber)).toBe(0.5);
  });
});

describe('changes', () => {
  it('touch what they change and nothing beside it', () => {
    const settings = { cases: [{ when: { all: [1, { a: 1 }] } }, { when: 2 }], other: { deep: true } };
    const changed = setAt(settings, ['cases', 0, 'when', 'all', 1, 'a'], 5);
    expect(changed).toEqual({ cases: [{ when: { all: [1, { a: 5 }] } }, { when: 2 }], other: { deep: true } });
    const { cases, other } = z.object({ cases: z.array(z.unknown()), other: z.unknown() }).parse(changed);
    expect(cases[1]).toBe(settings.cases[1]);
    expect(other).toEqual(settings.other);
    expect(setAt({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 });
    expect(Object.keys(Object(setAt({ a: 1, b: 2 }, ['a'], 3)))).toEqual(['a', 'b']);
    expect(setAt(undefined, ['a', 'b'], 1)).toEqual({ a: { b: 1 } });
  });

  it('move an entry and keep all others in their order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 1 }), fc.nat(), fc.nat(), (list, a, b) => {
        const from = a % list.length;
        const to = b % list.length;
        const after = moved(list, from, to);
        expect(after[to]).toBe(list[from]);
        expect(after.filter((one) => one !== list[from])).toEqual(list.filter((one) => one !== list[from]));
      }),
    );
    expect(moved([1, 2], 0, 2)).toEqual([1, 2]);
    expect(moved([1, 2], 0, -1)).toEqual([1, 2]);
  });

  it('share 100 out exactly, in the proportions that were there', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 30 }), (weights) => {
        const shares = shareOut(weights);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const [i, share] of shares.entries()) {
          const exact = total > 0 ? ((weights[i] ?? 0) * 100) / total : 100 / weights.length;
          expect(Math.abs(share - exact)).toBeLessThan(1);
        }
      }),
    );
  });
});

it('makes names for programs that fit and that nobody has', () => {
  const schema = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/);
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string(), { maxLength: 5 }), (words, others) => {
      const taken: string[] = [];
      for (const one of [...others, words, words]) {
        const name = freeName(one, schema, taken);
        expect(schema.safeParse(name).success).toBe(true);
        expect(taken).not.toContain(name);
        expect(isMadeFrom(name, one)).toBe(true);
        taken.push(name);
      }
    }),
  );
  expect(freeName('Über die Kasse!', schema, [])).toBe('uber_die_kasse');
  expect(isMadeFrom('mine', 'Über die Kasse')).toBe(false);
});

it('knows which kinds of nodes requests have met before', () => {
  const node = (id: string, kind: string) => ({ id, kind, title: '', settings: {} });
  const edge = (from: string, to: string) => ({ from, port: 'next', to });
  const nodes = [node('a', 'request'), node('b', 'classify'), node('c', 'match'), node('d', 'redact')];
  const edges = [edge('a', 'b'), edge('b', 'c'), edge('c', 'd'), edge('d', 'c')];
  expect([...kindsBefore({ schema: 1, nodes, edges }, 'b')]).toEqual(['request']);
  expect([...kindsBefore({ schema: 1, nodes, edges }, 'c')].sort()).toEqual(['classify', 'redact', 'request']);
});

describe('the help of a kind', () => {
  const textOf = (blocks: readonly Block[]): string =>
    blocks
      .map((block) =>
        block.type === 'code'
          ? block.text
          : block.type === 'list'
            ? itemsText(block.items)
            : block.spans.map(({ text }) => text).join(''),
      )
      .join(' ');
  const itemsText = (items: readonly Item[]): string =>
    items.map(({ spans, items: inner }) => `${spans.map(({ text }) => text).join('')} ${itemsText(inner)}`).join(' ');
  const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

  it.each(all)('is shown whole for %s, without its marks', async (name) => {
    const text = await readFile(new URL(`../../policies/kinds/${name}/${name}.md`, import.meta.url), 'utf8');
    const blocks = helpBlocks(text);
    expect(letters(textOf(blocks))).toBe(letters(text));
    expect(textOf(blocks)).not.toMatch(/\*\*|^#/m);
    expect(blocks.some(({ type }) => type === 'list')).toBe(true);
  });

  it('has lists within lists, and takes nothing for more than text', () => {
    const blocks = helpBlocks('# T\n\n- **A** – one\n  two:\n  - *x*: first\n    more\n- B\n\n<script>`code`</script>');
    expect(blocks.map(({ type }) => type)).toEqual(['heading', 'list', 'paragraph']);
    const list = blocks[1];
    if (list?.type !== 'list') expect.fail('it is a list');
    expect(list.items.length).toBe(2);
    expect(list.items[0]?.items[0]?.spans.map(({ text }) => text)).toEqual(['x', ': first more']);
    const last = blocks[2];
    expect(last?.type === 'paragraph' && last.spans.map(({ type }) => type)).toEqual(['text', 'code', 'text']);
  });
});
