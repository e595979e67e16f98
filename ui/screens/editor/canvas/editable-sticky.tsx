import { type NodeProps, NodeResizer } from '@xyflow/react';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import { LONGEST_STICKY } from '../../../../policies/editing/limits.ts';
import type { StickyType } from '../../../canvas/elements.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { focusAtOnce } from '../../../form/focus-at-once.ts';
import { useCanvas, useCanvasPart } from './canvas-context.tsx';

/** A note that can be written on, moved and resized. */
export const EditableSticky = memo(function EditableSticky({ id, data, selected }: NodeProps<StickyType>) {
  const { mayChange } = useEditor();
  const { canvas, actions } = useCanvas();
  const isWriting = useCanvasPart(({ writing }) => writing === id);
  const isAlone = useEditing((state) => state.selected.length === 1);
  const takesFocus = useCanvasPart(({ focus }) => focus === id);
  const paper = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    paper.current?.closest<HTMLElement>('.react-flow__node')?.focus({ preventScroll: true });
    canvas.setState({ focus: null });
  }, [takesFocus, canvas]);
  return (
    <div ref={paper} className="node-room">
      {mayChange && selected && isAlone ? (
        <NodeResizer
          minWidth={80}
          minHeight={40}
          onResizeEnd={(_, { x, y, width, height }) => actions.resizeNote(data.id, { x, y, width, height })}
        />
      ) : null}
      {isWriting ? (
        <NoteField canvasId={id} id={data.id} before={data.text} />
      ) : (
        <div className="sticky">{data.text || (mayChange ? 'Double-click to write.' : '')}</div>
      )}
    </div>
  );
});

/** What is written on a note; leaving the field keeps it. */
function NoteField({
  canvasId,
  id,
  before,
}: {
  readonly canvasId: string;
  readonly id: string;
  readonly before: string;
}) {
  const { canvas, actions } = useCanvas();
  const [text, setText] = useState(before);
  const end = (): void => {
    if (canvas.getState().writing !== canvasId) return;
    canvas.setState({ writing: null });
    if (text !== before) actions.writeNote(id, text);
  };
  const press = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key !== 'Escape' && !(event.key === 'Enter' && (event.ctrlKey || event.metaKey))) return;
    end();
    canvas.setState({ focus: canvasId });
  };
  return (
    <textarea
      className="sticky sticky-writing nodrag nopan nowheel"
      aria-label="Text of the note"
      maxLength={LONGEST_STICKY}
      value={text}
      ref={focusAtOnce}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={press}
      onBlur={end}
    />
  );
}
