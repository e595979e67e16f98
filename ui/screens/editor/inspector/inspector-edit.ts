import { useCallback } from 'react';
import type { PolicyDocument } from '../../../editing/document.ts';
import { useEditor } from '../../../editing/editing-context.tsx';

/**
 * Changes the document as one step with everything before it that has the same mark. Each such edit starts from the
 * document before the first of them: while a port is renamed letter by letter, its edges are led along from the old name.
 */
export function useEdit(): (
  words: string,
  edit: (document: PolicyDocument) => PolicyDocument,
  together?: string,
) => void {
  const { editing } = useEditor();
  return useCallback(
    (words, edit, together) => {
      const { past, document, change } = editing.getState();
      const last = past.at(-1);
      const start = together !== undefined && last?.together === together ? last.document : document;
      change(words, () => edit(start), together);
    },
    [editing],
  );
}
