import './monaco.css';
import { useEffect, useEffectEvent, useRef } from 'react';
import { Failure } from '../app/failure.tsx';
import { Waiting } from '../app/waiting.tsx';
import { EDITOR_OPTIONS, useMonaco } from './use-monaco.ts';

interface Props {
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Called when the editor is left. */
  readonly onLeave?: () => void;
  /** What sort of document it is: documents of a sort share a schema. */
  readonly sort: string;
  /** The JSON Schema of the sort; the same object for as long as it says the same. */
  readonly schema: unknown;
  /** For screen readers. */
  readonly label: string;
  readonly readOnly: boolean;
  /** In pixels, or as much as there is. */
  readonly height: number | string;
  /** Changes when the focus has to go into the editor. */
  readonly focus?: number;
}

/** A JSON document with completion, help and errors at their place. Tab leaves it. */
export function JsonEditor({ text, onChange, onLeave, sort, schema, label, readOnly, height, focus = 0 }: Props) {
  const { monaco, error, retry } = useMonaco();
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<import('./monaco.ts').editor.IStandaloneCodeEditor>(null);
  const changed = useEffectEvent(onChange);
  const left = useEffectEvent(() => onLeave?.());
  const first = useEffectEvent(() => ({ text, label, readOnly }));

  useEffect(() => monaco?.provideSchema(sort, schema), [monaco, sort, schema]);

  useEffect(() => {
    if (!monaco || !place.current) return;
    const start = first();
    const model = monaco.createDocument(sort, start.text);
    const editor = monaco.editor.create(place.current, {
      ...EDITOR_OPTIONS,
      model,
      ariaLabel: start.label,
      readOnly: start.readOnly,
    });
    shown.current = editor;
    const listening = model.onDidChangeContent(() => changed(model.getValue()));
    editor.onDidBlurEditorText(() => left());
    return () => {
      shown.current = null;
      listening.dispose();
      editor.dispose();
      model.dispose();
    };
  }, [monaco, sort]);

  useEffect(() => {
    const model = shown.current?.getModel();
    // As an edit, so that what was there can be had back within the editor too.
    if (model && model.getValue() !== text)
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
  }, [text]);

  useEffect(() => {
    shown.current?.updateOptions({ readOnly, ariaLabel: label });
  }, [readOnly, label]);

  useEffect(() => {
    if (focus > 0) shown.current?.focus();
  }, [focus]);

  if (error) return <Failure title="The text editor could not be loaded" error={error} onRetry={retry} />;
  if (!monaco) return <Waiting what="the text editor" />;
  return <div ref={place} className="text-editor" style={{ height }} />;
}
