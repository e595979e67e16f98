import { describe, expect, it } from 'vitest';
import { moveNodes, placeNodes } from '../../../policies/editing/move.ts';
import { portsOf } from '../../../policies/editing/ports.ts';
import { retitle, setNote, setSettings } from '../../../policies/editing/settings.ts';
import {
  addSticky,
  editSticky,
  removeSticky,
  resizeSticky,
  stickyOnCanvas,
} from '../../../policies/editing/stickies.ts';
import type { Drawing } from '../../../policies/graph.ts';
import { draw } from '../drawings.ts';
import { shipped, waysOf } from './shipped.ts';

const starter = shipped('starter');
const when = { fact: 'team', operator: 'exists', value: true };
const one = (port: string, label = port, condition: object = when) => ({ port, label, when: condition });
const nodes = {
  enter: ['request', {}],
  look: ['match', { cases: [one('a'), one('b'), one('c')] }],
  x: ['model', { model: 'asked' }],
  y: ['model', { model: 'asked' }],
  z: ['block', { message: 'No.' }],
} as const;
const looking: Drawing = {
  graph: draw(nodes, ['enter.next > look', 'look.a > x', 'look.b > y', 'look.c > z', 'look.else > z']),
  layout: { positions: {}, stickies: [] },
};
const cases = (drawing: Drawing, ...list: object[]) => setSettings(drawing, 'look', { cases: list });
const ways = (drawing: Drawing): string[] => waysOf(drawing).filter((way) => way.startsWith('look'));

describe('the edges of a node that is set otherwise', () => {
  it('follow a case that is called otherwise', () => {
    const { drawing, dropped, said } = cases(looking, one('a'), one('new name'), one('c'));
    expect(ways(drawing)).toEqual(['look.a > x', 'look.new name > y', 'look.c > z', 'look.else > z']);
    expect([dropped, said]).toEqual([[], []]);
  });

  it('follow cases that change their order', () => {
    expect(ways(cases(looking, one('c'), one('a'), one('b')).drawing)).toEqual(ways(looking));
  });

  it('follow a case by its label where its place has changed too', () => {
    const { drawing, dropped } = cases(looking, one('third', 'c'), one('a'), one('b'));
    expect(ways(drawing)).toEqual(['look.a > x', 'look.b > y', 'look.third > z', 'look.else > z']);
    expect(dropped).toEqual([]);
  });

  it('go with a case that is deleted, which is said', () => {
    const { drawing, dropped, said } = cases(looking, one('a'), one('c'));
    expect(ways(drawing)).toEqual(['look.a > x', 'look.c > z', 'look.else > z']);
    expect(dropped).toEqual([{ from: 'look', port: 'b', to: 'y' }]);
    expect(said).toEqual(['“look” has no way out “b” any more, so its edge to “y” is gone.']);
  });

  it('do not jump to a new case when one is deleted and another is added', () => {
    expect(ways(cases(looking, one('b'), one('c'), one('d')).drawing)).toEqual([
      'look.b > y',
      'look.c > z',
      'look.else > z',
    ]);
  });

  it('stay while a person is typing what does not fit yet', () => {
    const typing = cases(looking, one('a'), one('b', 'b', { fact: 'team', operator: 'equal' }), one('c')).drawing;
    expect(ways(typing)).toEqual(ways(looking));
    const badName = cases(typing, one('a'), one('B!'), one('c'));
    expect(ways(badName.drawing)).toEqual(['look.a > x', 'look.B! > y', 'look.c > z', 'look.else > z']);
    const done = cases(badName.drawing, one('a'), one('fine'), one('c'));
    expect(ways(done.drawing)).toEqual(['look.a > x', 'look.fine > y', 'look.c > z', 'look.else > z']);
    expect([...badName.dropped, ...done.dropped]).toEqual([]);
  });

  it('go with a port that a switch takes away', () => {
    const month = starter.graph.nodes.find(({ id }) => id === 'month')!;
    const { drawing, said } = setSettings(starter, 'month', { ...month.settings, warnAt: null });
    expect(waysOf(drawing)).not.toContain('month.warning > cheap');
    expect(waysOf(drawing)).toHaveLength(8);
    expect(said).toEqual(['“Monthly budget” has no way out “warning” any more, so its edge to “Small model” is gone.']);
  });

  it('stay the same objects where nothing is to be done', () => {
    const sort = starter.graph.nodes.find(({ id }) => id === 'sort')!;
    expect(setSettings(starter, 'sort', { ...sort.settings }).drawing).toBe(starter);
    const changed = setSettings(starter, 'sort', { simpleBelow: 0.1, complexFrom: 0.2 }).drawing;
    expect(changed.graph.edges).toBe(starter.graph.edges);
    expect(changed.graph.nodes.filter((node, i) => node !== starter.graph.nodes[i]).map(({ id }) => id)).toEqual([
      'sort',
    ]);
    expect(setSettings(starter, 'gone', {}).drawing).toBe(starter);
  });
});

describe('the ports of a node whose settings are not complete', () => {
  const named = (kind: string, settings: object) =>
    portsOf({ id: 'n', kind, title: '', settings: { ...settings } })?.map(({ name }) => name);

  it('are those that it will have', () => {
    expect(named('budget', { budget: '' })).toEqual(['within', 'warning', 'exhausted']);
    expect(named('budget', { budget: '', warnAt: null })).toEqual(['within', 'exhausted']);
    expect(named('budget', { warnAt: null, colour: 'red' })).toEqual(['within', 'exhausted']);
    expect(named('classify', { simpleBelow: 0.9, complexFrom: 0.1 })).toEqual(['simple', 'standard', 'complex']);
    expect(named('match', { cases: [one('b'), one('b'), one('else'), { port: 7 }] })).toEqual(['b', 'else']);
    expect(named('match', { cases: Array.from({ length: 31 }, (_, i) => one(`c${i}`)) })).toHaveLength(32);
    expect(named('match', {})).toEqual(['else']);
    expect(named('tag', { tags: {} })).toEqual(['next']);
    expect(named('block', {})).toEqual([]);
  });

  it('cannot be told of a kind that is not known', () => {
    expect(named('oracle', {})).toBeUndefined();
  });
});

describe('titles, notes and places', () => {
  const node = ({ graph }: Drawing, id: string) => graph.nodes.find((each) => each.id === id)!;

  it('change one node, and are cut where a document could not hold them', () => {
    const renamed = retitle(starter, 'cheap', 'Cheap');
    expect(node(renamed, 'cheap')).toEqual({ ...node(starter, 'cheap'), title: 'Cheap' });
    expect(node(renamed, 'sort')).toBe(node(starter, 'sort'));
    expect(retitle(renamed, 'cheap', 'Cheap')).toBe(renamed);
    // The last of these characters has two halves, and only one of them would have fitted.
    expect(node(retitle(starter, 'cheap', `x${'🚂'.repeat(60)}`), 'cheap').title).toBe(`x${'🚂'.repeat(59)}`);
    const noted = setNote(starter, 'cheap', 'For everyday things.');
    expect(node(noted, 'cheap').note).toBe('For everyday things.');
    expect(setNote(noted, 'cheap', '')).toEqual(starter);
    expect(setNote(starter, 'cheap', '')).toBe(starter);
  });

  it('move nodes and notes together', () => {
    const moved = moveNodes(starter, ['cheap', stickyOnCanvas('own'), 'gone'], { x: 10, y: -10 });
    expect(moved.layout.positions.cheap).toEqual({ x: 1710, y: 140 });
    expect(moved.layout.stickies.map(({ at }) => at.x)).toEqual([340, 680, 1370]);
    expect(moved.graph).toBe(starter.graph);
    expect(moved.layout.positions.sort).toBe(starter.layout.positions.sort);
    expect(moveNodes(starter, ['cheap'], { x: 0, y: 0 })).toBe(starter);
    expect(placeNodes(starter, new Map([['cheap', { x: Number.NaN, y: 0 }]]))).toBe(starter);
    expect(placeNodes(starter, new Map([['gone', { x: 0, y: 0 }]]))).toBe(starter);
    expect(placeNodes(looking, new Map([['x', { x: 1, y: 2 }]])).layout.positions).toEqual({ x: { x: 1, y: 2 } });
  });

  it('make, change and delete notes', () => {
    const { drawing, sticky } = addSticky(starter, 'Ask Ada.', { x: 5, y: 6 });
    expect(sticky).toBe('note');
    expect(drawing.layout.stickies.at(-1)).toEqual({
      id: 'note',
      text: 'Ask Ada.',
      at: { x: 5, y: 6 },
      width: 300,
      height: 110,
    });
    const last = (one: Drawing) => one.layout.stickies.at(-1);
    expect(last(editSticky(drawing, 'note', 'Ask Grace.'))?.text).toBe('Ask Grace.');
    expect(last(resizeSticky(drawing, 'note', { width: 400, height: 1, at: { x: 0, y: 0 } }))).toEqual({
      id: 'note',
      text: 'Ask Ada.',
      at: { x: 0, y: 0 },
      width: 400,
      height: 40,
    });
    expect(removeSticky(drawing, 'note')).toEqual(starter);
    expect(removeSticky(starter, 'note')).toBe(starter);
    expect(editSticky(drawing, 'note', 'Ask Ada.')).toBe(drawing);
  });
});
