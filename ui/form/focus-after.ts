import { type RefObject, useEffect, useRef } from 'react';

const CAN_HAVE_FOCUS = 'input:not([type=hidden]), select, textarea, button';

/**
 * Where the focus goes after something was added, moved or removed in a list. Elements of the list carry its mark as
 * `data-entry`; what is asked for happens once the list is drawn again.
 */
export function useFocusAfter<E extends HTMLElement>(): {
  readonly list: RefObject<E | null>;
  /** Focuses entry number `index`, or the button to add one when there is no such entry. */
  readonly focusEntry: (index: number) => void;
  /** Focuses the button with that name. */
  readonly focusButton: (name: string) => void;
} {
  const list = useRef<E>(null);
  const wanted = useRef<((list: E) => HTMLElement | null) | null>(null);
  useEffect(() => {
    if (list.current) wanted.current?.(list.current)?.focus();
    wanted.current = null;
  });
  return {
    list,
    focusEntry: (index) => {
      wanted.current = (within) => {
        const entry = [...within.children].filter((child) => child.hasAttribute('data-entry'))[index];
        return (
          (entry ?? within.parentElement)?.querySelector<HTMLElement>(entry ? CAN_HAVE_FOCUS : '[data-add]') ?? null
        );
      };
    },
    focusButton: (name) => {
      wanted.current = (within) =>
        [...within.querySelectorAll('button')].find((button) => button.getAttribute('aria-label') === name) ?? null;
    },
  };
}
