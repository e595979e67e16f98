/** Who could do what at a moment: people, programs and API keys, as the history tells it. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { abilityOf, placesOf } from '../../../policies/access/ability.ts';
import { ADMIN_GRANTS, type Grant, grantsSchema } from '../../../policies/access/grants.ts';
import type { Permission } from '../../../policies/access/permissions.ts';
import type { HistoryRow } from '../../control/history.ts';

/** What a review asks about each of them. */
export const REVIEWED = {
  edit: 'draft policy',
  approve: 'approve policy',
  publish: 'publish policy',
  readContent: 'read content',
  givesAccess: 'change people',
} as const satisfies Record<string, Permission>;
export type Reviewed = keyof typeof REVIEWED;

/** Where something may be done: everywhere, nowhere, or in places, each of a team, a project or a policy by its id. */
export interface Reach {
  readonly everywhere: boolean;
  readonly places: readonly { readonly of: 'team' | 'project' | 'policy' | 'own keys'; readonly id: string | null }[];
}

export interface PersonThen {
  readonly kind: 'person' | 'program';
  /** Id of the person or of the token; `admin-token` for the one of the settings. */
  readonly id: string;
  readonly grants: readonly Grant[];
  /** Whether only looking is allowed, whatever the roles. */
  readonly onlyReads: boolean;
  /** The entry that gave them what they have; null for what the settings give. */
  readonly sequence: number | null;
  /** Milliseconds since 1970; null for no end. */
  readonly expiresAt: number | null;
  readonly may: Readonly<Record<Reviewed, Reach>>;
}

export interface KeyThen {
  readonly key: string;
  readonly project: string | null;
  /** Id of who made it. */
  readonly madeBy: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** Milliseconds since 1970; null for no end. */
  readonly expiresAt: number | null;
  readonly sequence: number;
}

export interface AccessThen {
  readonly people: readonly PersonThen[];
  readonly keys: readonly KeyThen[];
}

const ACTIONS = [
  'person.create',
  'invitation.accept',
  'person.change_role',
  'person.change_grants',
  'person.remove',
  'service_token.create',
  'service_token.revoke',
  'key.create',
  'key.change_limits',
  'key.replace',
  'key.revoke',
  'program.start',
] as const;

/** Before there were several roles, people had one for the whole organisation; viewers could read what was said. */
const oldRole = z.enum(['admin', 'viewer']);
const afterSchema = z.object({
  grants: grantsSchema.optional(),
  role: oldRole.optional(),
  scope: z.enum(['read', 'role']).optional(),
  expiresAt: z.number().nullish(),
  project: z.string().optional(),
  settings: z.record(z.string(), z.string()).optional(),
});

function grantsIn({ grants, role }: z.output<typeof afterSchema>): readonly Grant[] | null {
  if (grants !== undefined) return grants;
  return role === undefined ? null : [{ role, within: null, content: role === 'viewer' }];
}

const ADMIN_TOKEN = 'admin-token';
const ADMIN_TOKEN_SETTING = 'SIGNALBOX_ADMIN_TOKEN';

type Having = Omit<PersonThen, 'may'>;

/** Who could do what at a moment, in milliseconds since 1970. */
export async function accessAt(db: Knex, organisation: string, at: number): Promise<AccessThen> {
  const rows: HistoryRow[] = await db<HistoryRow>('history')
    .where({ organisation })
    .whereIn('action', [...ACTIONS])
    .where('at', '<=', at)
    .orderBy('sequence');
  const having = new Map<string, Having>();
  const keys = new Map<string, KeyThen>();
  for (const row of rows) {
    const { action, object_id: id, sequence } = row;
    const parsed = afterSchema.safeParse(JSON.parse(row.after_json ?? '{}'));
    const after = parsed.success ? parsed.data : {};
    const grants = grantsIn(after);
    const of = { id, sequence, grants: grants ?? [] };
    switch (action) {
      case 'key.create':
        keys.set(id, {
          key: id,
          project: after.project ?? null,
          madeBy: row.actor,
          madeAt: row.at,
          expiresAt: after.expiresAt ?? null,
          sequence,
        });
        break;
      case 'key.change_limits':
      case 'key.replace': {
        const key = keys.get(id);
        if (key && after.expiresAt !== undefined) keys.set(id, { ...key, expiresAt: after.expiresAt, sequence });
        break;
      }
      case 'key.revoke':
        keys.delete(id);
        break;
      case 'person.remove':
      case 'service_token.revoke':
        having.delete(id);
        break;
      case 'service_token.create': {
        const expiresAt = after.expiresAt ?? null;
        having.set(id, { ...of, kind: 'program', onlyReads: after.scope === 'read', expiresAt });
        break;
      }
      case 'program.start': {
        const isSet = after.settings?.[ADMIN_TOKEN_SETTING] === 'set';
        const token = { id: ADMIN_TOKEN, kind: 'program', grants: ADMIN_GRANTS, onlyReads: false } as const;
        if (isSet) having.set(ADMIN_TOKEN, { ...token, sequence, expiresAt: null });
        else having.delete(ADMIN_TOKEN);
        break;
      }
      default:
        having.set(id, { ...of, kind: 'person', onlyReads: false, expiresAt: null });
    }
  }
  const holds = ({ expiresAt }: { readonly expiresAt: number | null }): boolean => expiresAt === null || expiresAt > at;
  const people = [...having.values()].filter(holds).map((one) => ({ ...one, may: reviewOf(one) }));
  return { people, keys: [...keys.values()].filter(holds) };
}

/** What somebody may do with such grants. */
function reviewOf({ id, grants, onlyReads }: Having): PersonThen['may'] {
  const ability = abilityOf(grants, { person: id, onlyReads });
  const reach = (what: Reviewed): Reach => {
    const places = placesOf(ability, REVIEWED[what]);
    if (places === 'everywhere') return { everywhere: true, places: [] };
    return {
      everywhere: false,
      places: places.map(({ team, project, policy }) => {
        if (team) return { of: 'team', id: team };
        if (project) return { of: 'project', id: project };
        return policy ? { of: 'policy', id: policy } : { of: 'own keys', id: null };
      }),
    };
  };
  return {
    edit: reach('edit'),
    approve: reach('approve'),
    publish: reach('publish'),
    readContent: reach('readContent'),
    givesAccess: reach('givesAccess'),
  };
}
