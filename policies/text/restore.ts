import { openPlaceholder, type Placeholders } from './placeholders.ts';

/** Puts values back into one text (or the arguments of one tool call) that arrives in pieces. */
export interface Restorer {
  /** Takes the next piece; gives what can be passed on. Holds back only what may be the beginning of a placeholder. */
  push(delta: string): string;
  /** What is still held back, at the end of the text. */
  flush(): string;
}

/**
 * A restorer for one stream of text. With `json` the text is a piece of a JSON document (tool arguments), so that values
 * are escaped for the string in which they stand. At most 42 characters are held back.
 */
export function createRestorer(placeholders: Placeholders, options: { readonly json: boolean }): Restorer {
  let held = '';
  const restore = (text: string): string =>
    options.json ? placeholders.restoreInJson(text) : placeholders.restore(text);
  return {
    push(delta) {
      if (placeholders.size === 0) return delta;
      const text = held + delta;
      const open = openPlaceholder(text);
      held = text.slice(open);
      return restore(text.slice(0, open));
    },
    flush() {
      const text = held;
      held = '';
      return restore(text);
    },
  };
}
