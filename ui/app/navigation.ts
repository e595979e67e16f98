/** The browser's address as state: what is shown now, and going elsewhere without loading the page again. */
import { useMemo, useSyncExternalStore } from 'react';
import { addressOf, type Place, readPlace } from './places.ts';

const listeners = new Set<() => void>();
let moved = false;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

const addressNow = (): string => location.pathname + location.search;

/** Where the person is. */
export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, addressNow);
  return useMemo(() => readPlace(new URL(address, location.origin)), [address]);
}

/** Goes to a place; `replace` keeps the one before out of the way back, as for a filter that is being set. */
export function go(place: Exclude<Place, { screen: 'unknown' }>, options: { readonly replace?: boolean } = {}): void {
  const address = addressOf(place);
  if (address !== addressNow()) history[options.replace ? 'replaceState' : 'pushState'](null, '', address);
  moved = true;
  if (!options.replace) window.scrollTo(0, 0);
  for (const listener of listeners) listener();
}

/** Whether the person came to what is shown by a link of these pages, so that the focus has to follow. */
export const hasMoved = (): boolean => moved;
