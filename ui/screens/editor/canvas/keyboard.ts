/** Keys as people press them and as they are written. */

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The keys of an event, such as `mod+shift+z`, `PageDown`, `shift+ArrowLeft`; `mod` is Ctrl, and Cmd on a Mac. */
export function keysOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  const mod = IS_MAC ? event.metaKey : event.ctrlKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${mod ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${event.shiftKey ? 'shift+' : ''}${key}`;
}

const NAMES: Readonly<Record<string, string>> = {
  mod: IS_MAC ? 'Cmd' : 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  PageDown: 'Page Down',
  PageUp: 'Page Up',
};

/** Keys as they are written for people: `mod+shift+z` as “Ctrl+Shift+Z”. */
export const writeKeys = (keys: string): string =>
  keys
    .split('+')
    .map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join('+');

/** Whether what is pressed there is text, so that it is nobody else’s key. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range', 'button'].includes(target.type);
  return target.isContentEditable || target.closest('textarea, select, [role="textbox"]') !== null;
}
