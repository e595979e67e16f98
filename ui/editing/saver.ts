/** Saves the draft by itself: a moment after the last change, again when it failed, and never over what someone else saved. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError } from '../api/client.ts';
import { type Draft, draftSchema } from '../api/drafts.ts';
import type { Editing, PolicyDocument } from './document.ts';
import { forget, keep, type Shelf, sameDocument } from './kept.ts';

export type SavePhase =
  /** `at` is null while nothing was saved from this page. */
  | { readonly name: 'saved'; readonly at: number | null }
  | { readonly name: 'unsaved' }
  | { readonly name: 'saving' }
  /** The server cannot be reached; it is tried again. */
  | { readonly name: 'offline' }
  | { readonly name: 'signed out' }
  /** Someone else has saved since; `theirs` is the draft as they left it. */
  | { readonly name: 'conflict'; readonly theirs: Draft }
  /** It cannot be saved as it is, or not any more; the message says why. */
  | { readonly name: 'failed'; readonly message: string };

export interface Saver {
  readonly phase: StoreApi<SavePhase>;
  /** Saves at once; resolves with the revision that holds everything drawn so far, rejects in words when it cannot. */
  flush(): Promise<number>;
  /** Saves over what someone else has saved. */
  keepMine(theirs: Draft): void;
  /** Goes on from what someone else has saved. What was drawn here can be had back by undo. */
  takeTheirs(theirs: Draft): void;
  /** Tries once more after a failure. */
  retry(): void;
  /** Starts to listen to the editor. */
  open(): void;
  /** Saves what is left and listens no more. */
  close(): Promise<void>;
}

/** From the last change to the save; and at most so long while someone draws without a pause. */
const QUIET_MS = 1200;
const LONGEST_MS = 5000;
const RETRIES_MS = [2000, 4000, 8000, 15_000] as const;

interface Settings {
  readonly editing: Editing;
  readonly policy: string;
  /** The document that the server has, and its revision. */
  readonly saved: PolicyDocument;
  readonly revision: number;
  readonly save: (draft: PolicyDocument & { readonly revision: number }) => Promise<Draft>;
  readonly shelf: Shelf;
}

/** Makes what saves an editor's document; that may already be another than the one that the server has. */
export function createSaver({ editing, policy, shelf, save, ...start }: Settings): Saver {
  const phase = createStore<SavePhase>(() => ({ name: 'saved', at: null }));
  let { saved, revision } = start;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let firstUnsavedAt: number | null = null;
  let failures = 0;
  let running: Promise<void> | null = null;

  const enter = (next: SavePhase): void => phase.setState(next, true);
  const isUnsaved = (): boolean => editing.getState().document !== saved;

  function later(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), ms);
  }

  /** Waits for a pause, but not for ever. */
  function schedule(): void {
    firstUnsavedAt ??= Date.now();
    later(Math.max(0, Math.min(QUIET_MS, firstUnsavedAt + LONGEST_MS - Date.now())));
  }

  /** One save at a time; what was drawn during one is saved by the next. */
  function run(): Promise<void> {
    clearTimeout(timer);
    running ??= once().finally(() => {
      running = null;
    });
    return running;
  }

  async function once(): Promise<void> {
    const { document } = editing.getState();
    if (document === saved) return;
    enter({ name: 'saving' });
    firstUnsavedAt = null;
    try {
      const draft = await save({ ...document, revision });
      revision = draft.revision;
      saved = document;
      failures = 0;
      if (isUnsaved()) {
        enter({ name: 'unsaved' });
        schedule();
      } else {
        forget(shelf, policy);
        enter({ name: 'saved', at: draft.updatedAt });
      }
    } catch (error) {
      enter(failed(error));
    }
  }

  function failed(error: unknown): SavePhase {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'unauthenticated') return { name: 'signed out' };
    if (error.code === 'conflict') {
      const current = draftSchema.safeParse(currentOf(error.details));
      if (current.success) return conflictWith(current.data);
    }
    if (error.status === 0 || error.status >= 500) {
      later(RETRIES_MS[Math.min(failures++, RETRIES_MS.length - 1)] ?? QUIET_MS);
      return { name: 'offline' };
    }
    return { name: 'failed', message: error.message };
  }

  /** Not with a save of this page whose answer was lost on the way. */
  function conflictWith(theirs: Draft): SavePhase {
    const { document } = editing.getState();
    if (!sameDocument(theirs, document)) return { name: 'conflict', theirs };
    saved = document;
    revision = theirs.revision;
    forget(shelf, policy);
    return { name: 'saved', at: theirs.updatedAt };
  }

  function changed(): void {
    if (!isUnsaved()) return;
    keep(shelf, policy, { document: editing.getState().document, revision });
    const { name } = phase.getState();
    // A conflict is answered by the person; while the server is away, it is tried again in its own time.
    if (name === 'conflict' || name === 'offline' || name === 'signed out') return;
    if (name !== 'saving') enter({ name: 'unsaved' });
    schedule();
  }

  let last = editing.getState().document;
  let stop = (): void => undefined;

  return {
    phase,
    async flush() {
      while (isUnsaved()) {
        await run();
        const now = phase.getState();
        if (now.name !== 'saved' && now.name !== 'unsaved') throw new Error(WHY_NOT[now.name]);
      }
      return revision;
    },
    keepMine(theirs) {
      revision = theirs.revision;
      enter({ name: 'unsaved' });
      void run();
    },
    takeTheirs(theirs) {
      const { graph, layout, tests } = theirs;
      revision = theirs.revision;
      enter({ name: 'saved', at: theirs.updatedAt });
      editing.getState().change('Take what was saved elsewhere', () => {
        saved = { graph, layout, tests };
        return saved;
      });
      forget(shelf, policy);
    },
    retry() {
      failures = 0;
      void run();
    },
    open() {
      stop();
      stop = editing.subscribe(({ document }) => {
        if (document === last) return;
        last = document;
        changed();
      });
      changed();
    },
    async close() {
      stop();
      clearTimeout(timer);
      await running;
      const { name } = phase.getState();
      if (name !== 'conflict' && isUnsaved()) await run();
      clearTimeout(timer);
    },
  };
}

const WHY_NOT: Readonly<Record<Exclude<SavePhase['name'], 'saved' | 'unsaved'>, string>> = {
  saving: 'The draft is still being saved. Try again in a moment.',
  offline: 'The draft could not be saved, since the gateway does not answer. It is kept in this browser.',
  'signed out': 'The draft could not be saved, since your session has ended. It is kept in this browser.',
  conflict: 'Someone else has saved this draft. Decide first which of the two you want to keep.',
  failed: 'The draft could not be saved. It is kept in this browser.',
};

function currentOf(details: unknown): unknown {
  return typeof details === 'object' && details !== null && 'current' in details ? details.current : null;
}
