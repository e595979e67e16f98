import { useCanvasPart } from './canvas-context.tsx';

/** What was done last and how to undo it, to be seen and to be heard. */
export function StatusLine() {
  const said = useCanvasPart((state) => state.said);
  return (
    <p role="status" className="canvas-status">
      {said === '' ? null : <span key={said}>{said}</span>}
    </p>
  );
}
