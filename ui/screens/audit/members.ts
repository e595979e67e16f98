/** What an entry keeps of an object: members by name. */
export type Members = Readonly<Record<string, unknown>>;

/** The members of a value that is an object; of anything else, none. */
export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
