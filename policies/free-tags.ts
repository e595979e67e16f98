/** Which tags callers may say as they like. */

/** What a key says of tags. */
export interface KeyTags {
  readonly fixedTags: Readonly<Record<string, string>>;
  readonly tagChoices: Readonly<Record<string, readonly string[]>>;
}

/** Whether one of the keys in use lets its callers choose the value of this tag freely. */
export function callersChoose(keys: Iterable<KeyTags>, tag: string): boolean {
  // The team is that of the key's project, unless the key lists others to choose from.
  if (tag === 'team') return false;
  for (const key of keys) {
    if (!Object.hasOwn(key.fixedTags, tag) && !Object.hasOwn(key.tagChoices, tag)) return true;
  }
  return false;
}
