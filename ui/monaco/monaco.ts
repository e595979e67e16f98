/** The text editor: only what definitions need of it. It comes when the first definition is opened, and not before. */
import 'monaco-editor/features/codicon/register';
// Brings the parts of the editor that registers services: they have to be there before the first editor is made.
import 'monaco-editor/languages/features/json/jsonMode';
import { editor, Uri } from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import JsonWorker from 'monaco-editor/languages/features/json/json.worker?worker';
import { jsonDefaults } from 'monaco-editor/languages/features/json/register';

self.MonacoEnvironment = {
  getWorker: (_, label) => (label === 'json' ? new JsonWorker() : new EditorWorker()),
};

editor.defineTheme('signalbox-light', { base: 'vs', inherit: true, rules: [], colors: {} });
editor.defineTheme('signalbox-dark', {
  base: 'vs-dark',
  inherit: true,
  rules: [],
  colors: {
    'editor.background': '#171a20',
    'editorWidget.background': '#1c2027',
    // Fainter than they come: what is written on them has to be read.
    'diffEditor.removedLineBackground': '#ff5c5c14',
    'diffEditor.removedTextBackground': '#ff5c5c2e',
    'diffEditor.insertedLineBackground': '#4ade8014',
    'diffEditor.insertedTextBackground': '#4ade802e',
  },
});

const schemas = new Map<string, unknown>();

/** Tells the language service the JSON Schema of the documents of a sort, for completion, help and errors at their place. */
export function provideSchema(sort: string, schema: unknown): void {
  schemas.set(sort, schema);
  jsonDefaults.setDiagnosticsOptions({
    validate: true,
    allowComments: false,
    enableSchemaRequest: false,
    schemaValidation: 'error',
    schemas: [...schemas].map(([name, one]) => ({
      uri: `signalbox://schema/${name}.json`,
      fileMatch: [`/${name}/*.json`],
      schema: one,
    })),
  });
}

let documents = 0;

/** A document of a sort, to be shown in an editor. Dispose of it afterwards. */
export function createDocument(sort: string, text: string): editor.ITextModel {
  documents += 1;
  return editor.createModel(text, 'json', Uri.parse(`inmemory://signalbox/${sort}/${documents}.json`));
}

export { editor };
