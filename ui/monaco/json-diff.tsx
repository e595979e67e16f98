import './monaco.css';
import type { editor as MonacoEditor } from 'monaco-editor/editor';
import { useEffect, useRef } from 'react';
import { Failure } from '../app/failure.tsx';
import { Waiting } from '../app/waiting.tsx';
import { EDITOR_OPTIONS, useMonaco } from './use-monaco.ts';

interface Props {
  /** Two JSON documents as text. */
  readonly before: string;
  readonly after: string;
  /** For screen readers, such as "Version 3 and the draft". */
  readonly label: string;
  /** In pixels, or as much as there is. */
  readonly height?: number | string;
}

/** Names one side for screen readers. The editor forgets the name whenever the room for both sides changes. */
function keepNamed(side: MonacoEditor.ICodeEditor, name: string): void {
  const give = (): void => {
    if (side.getRawOptions().ariaLabel !== name) side.updateOptions({ ariaLabel: name });
  };
  side.onDidChangeConfiguration(give);
  give();
}

/** Two JSON documents beside each other, with what differs marked; nothing can be changed. */
export function JsonDiff({ before, after, label, height = 560 }: Props) {
  const { monaco, error, retry } = useMonaco();
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!monaco || !place.current) return;
    const original = monaco.createDocument('compared', before);
    const modified = monaco.createDocument('compared', after);
    const editor = monaco.editor.createDiffEditor(place.current, {
      ...EDITOR_OPTIONS,
      readOnly: true,
      originalEditable: false,
      hideUnchangedRegions: { enabled: true },
      renderOverviewRuler: false,
    });
    editor.setModel({ original, modified });
    keepNamed(editor.getOriginalEditor(), `${label}: before`);
    keepNamed(editor.getModifiedEditor(), `${label}: after`);
    return () => {
      editor.dispose();
      original.dispose();
      modified.dispose();
    };
  }, [monaco, before, after, label]);

  if (error) return <Failure title="The text editor could not be loaded" error={error} onRetry={retry} />;
  if (!monaco) return <Waiting what="the text editor" />;
  return <div ref={place} className="text-editor" style={{ height }} />;
}
