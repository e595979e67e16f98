/** The document that the parts of an editor share, and the house that it is drawn in. */
import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { Policy } from '../api/policy.ts';
import type { Editing, EditingState } from './document.ts';
import type { House } from './house.ts';
import type { Saver } from './saver.ts';

interface Shared {
  readonly editing: Editing;
  readonly policy: Policy;
  readonly house: House;
  /** False for somebody who may only look: nothing changes then, and there is nothing to change it with. */
  readonly mayChange: boolean;
  readonly saver: Saver;
}

const EditingContext = createContext<Shared | null>(null);

export function EditingProvider({ shared, children }: { readonly shared: Shared; readonly children: ReactNode }) {
  return <EditingContext value={shared}>{children}</EditingContext>;
}

/** What does not change while an editor is open: its store, the policy, the house. */
export function useEditor(): Shared {
  const shared = useContext(EditingContext);
  if (!shared) throw new Error('There is no editor around this.');
  return shared;
}

/** A part of the state. Take as little as is needed: what uses it is drawn again only when that part is another. */
export function useEditing<T>(part: (state: EditingState) => T): T {
  return useStore(useEditor().editing, part);
}
