/** The keys of the canvas: what each does, in words and in deed. */
import type { KeyboardEvent } from 'react';
import type { Editing } from '../../../editing/document.ts';
import type { CanvasActions } from './canvas-actions.ts';
import type { Canvas } from './canvas-state.ts';
import { isWriting, keysOf } from './keyboard.ts';

interface Ground {
  readonly editing: Editing;
  readonly canvas: Canvas;
  readonly actions: CanvasActions;
}

interface CanvasKey {
  readonly keys: readonly string[];
  readonly words: string;
  /** Whether it is only there for those who may change the drawing. */
  readonly changes: boolean;
  readonly act: (ground: Ground, event: KeyboardEvent) => void;
}

const moving = (keys: string, x: number, y: number): CanvasKey => ({
  keys: [keys],
  words: '',
  changes: true,
  act: ({ actions }) => actions.move(x, y),
});

const growing = (keys: string, x: number, y: number): CanvasKey => ({
  keys: [keys],
  words: '',
  changes: true,
  act: ({ actions }) => actions.growNotes(x, y),
});

/** Those without words of their own are told of by the ones before them. */
export const CANVAS_KEYS: readonly CanvasKey[] = [
  {
    keys: ['Tab'],
    words: 'Add a node behind the selected one',
    changes: true,
    act: ({ actions, canvas, editing }) => actions.openQuickAdd(actions.whereNext(), besideSelected(canvas, editing)),
  },
  { keys: ['PageDown'], words: 'Go to the next node', changes: false, act: ({ actions }) => actions.step(1) },
  { keys: ['PageUp'], words: 'Go to the node before', changes: false, act: ({ actions }) => actions.step(-1) },
  {
    keys: ['ArrowLeft'],
    words: 'Move what is selected; with Shift, a very little',
    changes: true,
    act: ({ actions }) => actions.move(-10, 0),
  },
  moving('ArrowRight', 10, 0),
  moving('ArrowUp', 0, -10),
  moving('ArrowDown', 0, 10),
  moving('shift+ArrowLeft', -1, 0),
  moving('shift+ArrowRight', 1, 0),
  moving('shift+ArrowUp', 0, -1),
  moving('shift+ArrowDown', 0, 1),
  {
    keys: ['mod+shift+ArrowRight'],
    words: 'Make a note larger or smaller',
    changes: true,
    act: ({ actions }) => actions.growNotes(10, 0),
  },
  growing('mod+shift+ArrowLeft', -10, 0),
  growing('mod+shift+ArrowDown', 0, 10),
  growing('mod+shift+ArrowUp', 0, -10),
  {
    keys: ['Delete', 'Backspace'],
    words: 'Delete what is selected',
    changes: true,
    act: ({ actions }) => actions.remove(),
  },
  {
    keys: ['F2'],
    words: 'Change the title, or write on a note',
    changes: true,
    act: ({ canvas, editing }) => canvas.setState({ writing: editing.getState().selected.at(-1) ?? null }),
  },
  { keys: ['mod+d'], words: 'Duplicate', changes: true, act: ({ actions }) => actions.duplicate() },
  { keys: ['mod+a'], words: 'Select everything', changes: false, act: ({ actions }) => actions.selectAll() },
  {
    keys: ['Escape'],
    words: 'Select nothing, or stop what is begun',
    changes: false,
    act: ({ actions, canvas }) => {
      if (canvas.getState().connecting) actions.stopConnecting();
      else actions.select([]);
      actions.view.focus();
    },
  },
  {
    keys: ['F6'],
    words: 'Go on to the panel beside the drawing',
    changes: false,
    act: () => document.querySelector<HTMLElement>('.editor-side [role="tab"][aria-selected="true"]')?.focus(),
  },
];

/** Where the box to add a node opens: at the right of the selected node, else in the middle of the canvas. */
function besideSelected(canvas: Canvas, editing: Editing): { readonly x: number; readonly y: number } {
  const { root } = canvas.getState();
  const id = editing.getState().selected.at(-1);
  const node = id === undefined ? null : root?.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  const bounds = (node ?? root)?.getBoundingClientRect() ?? new DOMRect();
  if (node) return { x: bounds.right + 8, y: bounds.top };
  return { x: bounds.x + bounds.width / 2 - 160, y: bounds.y + bounds.height / 4 };
}

/** Does what a key on the canvas means; text, buttons and what is not a key of the canvas are left alone. */
export function pressOnCanvas(event: KeyboardEvent, ground: Ground, mayChange: boolean): void {
  const { target } = event;
  if (isWriting(target) || event.defaultPrevented) return;
  const pressed = keysOf(event);
  const onButton = target instanceof Element && target.closest('button, a') !== null;
  if (onButton && (pressed === 'Tab' || pressed === 'Backspace')) return;
  const key = CANVAS_KEYS.find(({ keys, changes }) => keys.includes(pressed) && (mayChange || !changes));
  if (!key) return;
  event.preventDefault();
  key.act(ground, event);
}
