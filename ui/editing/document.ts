/** What is being drawn: the draft as it stands on this page, with one step to undo for each thing that was done. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Drawing } from '../../policies/graph.ts';
import type { PolicyTest } from '../../policies/policy-test.ts';
import type { Way } from '../canvas/elements.ts';

export interface PolicyDocument extends Drawing {
  readonly tests: readonly PolicyTest[];
}

/** A document that was left, and what was done to it, in words such as “Delete Cheap”. */
interface Step {
  readonly document: PolicyDocument;
  readonly words: string;
  /** Steps that follow each other with the same mark are one: typing in a field, moving by arrow keys. */
  readonly together: string | null;
}

export interface EditingState {
  readonly document: PolicyDocument;
  /** Ids of the nodes that are selected, and of notes as `sticky <id>`. */
  readonly selected: readonly string[];
  /** The path that a request takes on the document, to be lit up; null for none. */
  readonly way: Way | null;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  /** Does something that can be undone; an edit that gives the same document back is no step. */
  change(words: string, edit: (document: PolicyDocument) => PolicyDocument, together?: string): void;
  /** Ends a row of steps that are one, as when a field is left. */
  settle(): void;
  undo(): void;
  redo(): void;
  select(ids: readonly string[]): void;
  light(way: Way | null): void;
}

export type Editing = StoreApi<EditingState>;

/** Steps that are kept. Documents share what did not change, so that this is little. */
const MOST_STEPS = 200;

/** The state of an editor that starts with this document. */
export function createEditing(document: PolicyDocument): Editing {
  return createStore<EditingState>((set, get) => ({
    document,
    selected: [],
    way: null,
    past: [],
    future: [],
    change(words, edit, together) {
      const { document: before, past } = get();
      const after = edit(before);
      if (after === before) return;
      const last = past.at(-1);
      const goesOn = together !== undefined && last?.together === together;
      const step: Step = { document: before, words, together: together ?? null };
      set({
        document: after,
        past: goesOn ? past : [...past.slice(1 - MOST_STEPS), step],
        future: [],
        // What lit the way was another drawing.
        way: null,
        selected: stillThere(get().selected, after),
      });
    },
    settle() {
      const { past } = get();
      const last = past.at(-1);
      if (last && last.together !== null) set({ past: [...past.slice(0, -1), { ...last, together: null }] });
    },
    undo() {
      const { document: now, past, future, selected } = get();
      const last = past.at(-1);
      if (!last) return;
      set({
        document: last.document,
        past: past.slice(0, -1),
        future: [{ document: now, words: last.words, together: null }, ...future],
        way: null,
        selected: stillThere(selected, last.document),
      });
    },
    redo() {
      const { document: now, past, future, selected } = get();
      const [next, ...rest] = future;
      if (!next) return;
      set({
        document: next.document,
        past: [...past, { document: now, words: next.words, together: null }],
        future: rest,
        way: null,
        selected: stillThere(selected, next.document),
      });
    },
    select: (selected) => set({ selected }),
    light: (way) => set({ way }),
  }));
}

function stillThere(ids: readonly string[], { graph, layout }: PolicyDocument): readonly string[] {
  const all = new Set([...graph.nodes.map(({ id }) => id), ...layout.stickies.map(({ id }) => `sticky ${id}`)]);
  return ids.every((id) => all.has(id)) ? ids : ids.filter((id) => all.has(id));
}
