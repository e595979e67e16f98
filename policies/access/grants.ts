/** Grants: a role that somebody has, and where. */
import { z } from 'zod';
import { definitionOf, type Role, roleSchema } from './roles.ts';

const id = z.string().min(1).max(100);

export const withinSchema = z.union([
  z.strictObject({ team: id }),
  z.strictObject({ project: id }),
  z.strictObject({ policy: id }),
]);
/** Where a role counts: in one team, one project, or for one policy, each by its id. */
export type Within = z.infer<typeof withinSchema>;

export const grantFields = {
  role: roleSchema,
  within: withinSchema.nullable().default(null).meta({ description: 'Null for the whole organisation.' }),
  content: z.boolean().default(false).meta({
    description: 'Whether what people and models said may be read, where the role leaves that open.',
  }),
};

/** Whether a role can have the right to read what was said. */
export const isPossible = ({ role, content }: { readonly role: Role; readonly content: boolean }): boolean =>
  !content || definitionOf(role).content !== 'never';
export const NEVER_READS = 'That role never reads what people and models said.';

export const grantSchema = z.strictObject(grantFields).refine(isPossible, NEVER_READS).meta({ id: 'Grant' });
export type Grant = z.output<typeof grantSchema>;

const MOST = 50;

export const grantsSchema = z.array(grantSchema).min(1).max(MOST).meta({
  description: 'What somebody may do: each role with where it counts. All of them together count.',
});

/** Grants as they are stored, in JSON text. Throws where the text has none. */
export const readGrants = (json: string): Grant[] => grantsSchema.parse(JSON.parse(json));

/** Those of a first admin. */
export const ADMIN_GRANTS: readonly Grant[] = [{ role: 'admin', within: null, content: false }];

/** Whether an admin of the whole organisation is among them. */
export const isAdmin = (grants: readonly Grant[]): boolean =>
  grants.some(({ role, within }) => role === 'admin' && within === null);
