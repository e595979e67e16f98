/** Copying between policies and windows by the clipboard of the system. */
import { useEffect } from 'react';
import { copyOf } from '../../../../policies/editing/clipping.ts';
import type { Drawing } from '../../../../policies/graph.ts';
import type { CanvasActions } from './canvas-actions.ts';
import { useCanvas } from './canvas-context.tsx';
import { isWriting } from './keyboard.ts';

/** What was copied last on this page, for browsers that keep their clipboard to themselves. */
let kept = '';

/** Part of a drawing as text. */
export function clippingOf(drawing: Drawing, ids: readonly string[]): string {
  kept = JSON.stringify(copyOf(drawing, ids), null, 2);
  return kept;
}

/** Copies what is selected, from a button or a menu. */
export async function copySelected(actions: CanvasActions): Promise<void> {
  const text = actions.copy();
  if (text === null) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    actions.say('The browser keeps its clipboard to itself: what was copied can be pasted on this page only.');
  }
}

/** Pastes, from a button or a menu. */
export async function pasteCopied(actions: CanvasActions): Promise<void> {
  try {
    actions.pasteText(await navigator.clipboard.readText());
  } catch {
    actions.pasteText(kept);
  }
}

/** Lets the keys and the menu of the browser copy, cut and paste while the focus is on the canvas. */
export function useClipboard(mayChange: boolean): void {
  const { canvas, actions } = useCanvas();
  useEffect(() => {
    const onCanvas = (): boolean => {
      const { root } = canvas.getState();
      const focused = document.activeElement;
      return root?.contains(focused) === true && !isWriting(focused);
    };
    const copy = (event: ClipboardEvent): void => {
      const text = onCanvas() ? actions.copy() : null;
      if (text === null) return;
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
      if (event.type === 'cut' && mayChange) actions.remove();
    };
    const paste = (event: ClipboardEvent): void => {
      if (!onCanvas() || !mayChange) return;
      event.preventDefault();
      actions.pasteText(event.clipboardData?.getData('text/plain') || kept);
    };
    document.addEventListener('copy', copy);
    document.addEventListener('cut', copy);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('copy', copy);
      document.removeEventListener('cut', copy);
      document.removeEventListener('paste', paste);
    };
  }, [canvas, actions, mayChange]);
}
