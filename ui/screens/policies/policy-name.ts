/** Names of policies, by which apps ask for them: made from their titles. */

/** The most characters that a name has. */
const LONGEST = 63;

/** Whether it can be the name of a policy: small letters, digits and "-", at most 63 of them, the first no "-". */
export const isPolicyName = (name: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(name);

/** "Übungen & Grading!" as "ubungen-grading"; empty where nothing of the title can stand in a name. */
export function nameFromTitle(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
}
