/** What was drawn and could not be saved yet, kept in the browser so that a closed tab or a lost connection loses nothing. */
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import { policyTestsSchema } from '../../policies/policy-test.ts';
import type { PolicyDocument } from './document.ts';

const documentSchema = z.object({ graph: graphSchema, layout: layoutSchema, tests: policyTestsSchema });
const keptSchema = z.object({
  document: documentSchema,
  /** The revision that it was drawn on. */
  revision: z.int(),
});
export interface Kept {
  readonly document: PolicyDocument;
  readonly revision: number;
}

/** Whether two documents say the same, wherever they came from. */
export function sameDocument(a: PolicyDocument, b: PolicyDocument): boolean {
  return JSON.stringify(documentSchema.parse(a)) === JSON.stringify(documentSchema.parse(b));
}

/** Where things are kept: the browser's storage. */
export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

const keyOf = (policy: string): string => `signalbox unsaved ${policy}`;

/** Keeps a document until it is forgotten; false where the browser keeps nothing, or has no room. */
export function keep(shelf: Shelf, policy: string, kept: Kept): boolean {
  try {
    shelf.setItem(keyOf(policy), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** What was kept of a policy; null when there is nothing that can be read. */
export function keptOf(shelf: Shelf, policy: string): Kept | null {
  try {
    const parsed = keptSchema.safeParse(JSON.parse(shelf.getItem(keyOf(policy)) ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function forget(shelf: Shelf, policy: string): void {
  try {
    shelf.removeItem(keyOf(policy));
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
