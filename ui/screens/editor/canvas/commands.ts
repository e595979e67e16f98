/** Things to do that the palette of commands offers. Every part of the editor can add its own. */
import { useEffect, useId } from 'react';
import { useCanvas } from './canvas-context.tsx';

export interface Command {
  readonly id: string;
  /** The heading that it stands under. */
  readonly group: string;
  readonly title: string;
  readonly detail?: string;
  /** The keys that do the same, to be shown. */
  readonly keys?: string;
  readonly run: () => void;
}

/** Offers commands as long as the component is there. Memoise the list: a new one is registered anew. */
export function useCommands(commands: readonly Command[]): void {
  const { canvas } = useCanvas();
  const owner = useId();
  useEffect(() => {
    canvas.setState((state) => ({ commands: new Map(state.commands).set(owner, commands) }));
    return () =>
      canvas.setState((state) => ({ commands: new Map([...state.commands].filter(([name]) => name !== owner)) }));
  }, [canvas, owner, commands]);
}
