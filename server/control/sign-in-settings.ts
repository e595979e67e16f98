/** How people of an organisation sign in: how long a session holds, and who has to show a code as well. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Grant } from '../../policies/access/grants.ts';
import { type Role, roleSchema } from '../../policies/access/roles.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';

const LONGEST_HOURS = 720;
const LONGEST_IDLE_MINUTES = 43_200;

export const signInSettingsSchema = z.strictObject({
  sessionHours: z.int().min(1).max(LONGEST_HOURS).meta({
    description: 'Hours after which somebody has to sign in again, whatever they do: 1 to 720, which are 30 days.',
  }),
  idleMinutes: z
    .int()
    .min(5)
    .max(LONGEST_IDLE_MINUTES)
    .meta({ description: 'Minutes without a request after which a session ends: 5 to 43,200, which are 30 days.' }),
  codeRoles: z
    .array(roleSchema)
    .max(roleSchema.options.length)
    .transform((roles): Role[] => roleSchema.options.filter((role) => roles.includes(role)))
    .meta({ description: 'Roles whose people have to show a one-time code after their password.' }),
});
export type SignInSettings = z.output<typeof signInSettingsSchema>;

/** Whether somebody with these grants has to have one-time codes. */
export const needsCodes = (codeRoles: readonly Role[], { grants }: { readonly grants: readonly Grant[] }): boolean =>
  grants.some(({ role }) => codeRoles.includes(role));

interface SettingsRow {
  readonly organisation: string;
  readonly session_hours: number;
  readonly idle_minutes: number;
  readonly code_roles_json: string;
}

/** What holds until somebody has chosen otherwise. */
export const AT_FIRST: SignInSettings = { sessionHours: 12, idleMinutes: 120, codeRoles: [] };

export async function readSignInSettings(db: Knex, organisation: string): Promise<SignInSettings> {
  const row = await db<SettingsRow>('sign_in_settings').where({ organisation }).first();
  if (!row) return AT_FIRST;
  return signInSettingsSchema.parse({
    sessionHours: row.session_hours,
    idleMinutes: row.idle_minutes,
    codeRoles: JSON.parse(row.code_roles_json),
  });
}

/** Sets all of it. Sessions that are over by the new limits end at once; a code is asked for at the next sign-in. */
export async function setSignInSettings(
  store: ControlStore,
  actor: Actor,
  settings: SignInSettings,
): Promise<SignInSettings> {
  const { organisation } = actor;
  const change = { action: 'sign_in.set', objectType: 'organisation', objectId: organisation, reason: null };
  return store.change(actor, change, async (trx) => {
    const before = await readSignInSettings(trx, organisation);
    const row: SettingsRow = {
      organisation,
      session_hours: settings.sessionHours,
      idle_minutes: settings.idleMinutes,
      code_roles_json: JSON.stringify(settings.codeRoles),
    };
    await trx('sign_in_settings').insert(row).onConflict('organisation').merge();
    return { before, after: settings, value: settings };
  });
}
