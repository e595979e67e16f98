import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { LONGEST_TITLE } from '../../../../policies/editing/limits.ts';
import { useCanvas } from './canvas-context.tsx';

/** The title of a node, changed on the node itself: Enter keeps it, Escape leaves it as it was. */
export function TitleField({ id, title }: { readonly id: string; readonly title: string }) {
  const { canvas, actions } = useCanvas();
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  // It appears because somebody asked to write in it.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const end = (kept: string): void => {
    if (canvas.getState().writing !== id) return;
    canvas.setState({ writing: null });
    if (kept !== title) actions.retitle(id, kept);
  };
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    end(event.key === 'Enter' ? text.trim() : title);
    canvas.setState({ focus: id });
  };
  return (
    <input
      className="node-title node-writing nodrag nopan"
      aria-label="Title"
      maxLength={LONGEST_TITLE}
      value={text}
      ref={field}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={press}
      onBlur={() => end(text.trim())}
    />
  );
}
