/** The moment of an address: the one that it names, or the one at which somebody came. */
import { useState } from 'react';

/** Milliseconds since 1970; the same until the address names another. */
export function useMoment(at: number | undefined): number {
  const [now] = useState(() => Date.now());
  return at ?? now;
}
