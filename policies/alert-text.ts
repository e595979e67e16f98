/** The text of an alert: words with placeholders from a fixed list. The texts of requests are not on it. */

/** What can stand in braces, and what it is replaced by. */
export const ALERT_PLACEHOLDERS = {
  team: 'the team of the request',
  user: 'the user of the request',
  project: 'the project of the API key',
  key: 'the name of the API key',
  usage: 'how the request is used: vibing or building',
  model: 'the model that the app asked for',
  policy: 'the name of the policy',
  node: 'the title of the alert in the drawing',
  cost: 'what the request has cost so far',
  request: 'the id of the request',
} as const;
export type AlertPlaceholder = keyof typeof ALERT_PLACEHOLDERS;

const isPlaceholder = (name: string): name is AlertPlaceholder => Object.hasOwn(ALERT_PLACEHOLDERS, name);

const IN_BRACES = /\{([^{}\n]{0,40})\}/g;

/** The names in braces that are not on the list, each once. */
export function unknownPlaceholders(text: string): string[] {
  const names = [...text.matchAll(IN_BRACES)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !isPlaceholder(name)))];
}

/** Longer values are cut: a caller may have written them. */
const LONGEST_VALUE = 200;

/** Control characters, so that no value makes lines of its own. */
const CONTROL = /\p{Cc}+/gu;

/** The text with every placeholder replaced; null stands for what the request does not have. */
export function fillAlertText(text: string, value: (name: AlertPlaceholder) => string | null): string {
  return text.replace(IN_BRACES, (braces, name: string) => {
    if (!isPlaceholder(name)) return braces;
    const found = value(name)?.replace(CONTROL, ' ').trim() ?? '';
    if (found === '') return 'unknown';
    return found.length > LONGEST_VALUE ? `${found.slice(0, LONGEST_VALUE)}…` : found;
  });
}
