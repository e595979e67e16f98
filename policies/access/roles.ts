/** The roles, and what each may do: the one definition from which the server decides and the pages show. */
import { z } from 'zod';
import { type Permission, permissions } from './permissions.ts';

export interface RoleDefinition {
  readonly title: string;
  /** What it is for, as the end of “An author …”. */
  readonly says: string;
  readonly may: readonly Permission[];
  /** What it may do with what is the person's own alone: keys that they made, and the requests of these keys. */
  readonly own: readonly Permission[];
  /** Whether it can be given the right to read what people and models said. */
  readonly content: 'always' | 'if granted' | 'never';
}

const reading = permissions.filter((name) => name.startsWith('read ') && name !== 'read content');
const without = (names: readonly Permission[], ...left: Permission[]) => names.filter((name) => !left.includes(name));

const LOOKING = without(reading, 'read people', 'read ledger');

export const ROLES = {
  admin: {
    title: 'Admin',
    says: 'sees and changes everything',
    may: permissions,
    own: [],
    content: 'always',
  },
  author: {
    title: 'Author',
    says: 'draws policies, tests them, and publishes where no approval is asked for',
    may: [...LOOKING, 'ask budget', 'draft policy', 'publish policy'],
    own: [],
    content: 'if granted',
  },
  approver: {
    title: 'Approver',
    says: 'approves what others have drawn, and publishes it',
    may: [...LOOKING, 'ask budget', 'approve policy', 'publish policy'],
    own: [],
    content: 'if granted',
  },
  finance: {
    title: 'Finance',
    says: 'looks after budgets, prices, top-ups and months, and never reads what was said',
    may: [
      ...without(LOOKING, 'read provider'),
      ...(['read ledger', 'change ledger', 'change budget', 'ask budget', 'change price'] as const),
      'export record',
    ],
    own: [],
    content: 'never',
  },
  auditor: {
    title: 'Auditor',
    says: 'sees everything and changes nothing; reads what was said only if granted',
    may: [...reading, 'export record'],
    own: [],
    content: 'if granted',
  },
  lead: {
    title: 'Team lead',
    says: 'looks after the keys, requests and spending of a team',
    may: [
      ...(['read house', 'read policy', 'read budget', 'ask budget', 'read usage'] as const),
      ...(['read key', 'change key', 'read record', 'export record', 'read content'] as const),
    ],
    own: [],
    content: 'always',
  },
  developer: {
    title: 'App developer',
    says: 'makes keys of their own, and sees the requests of these keys',
    may: ['read house', 'read policy', 'read budget', 'ask budget'],
    own: ['read key', 'change key', 'read record', 'read content'],
    content: 'always',
  },
  viewer: {
    title: 'Viewer',
    says: 'sees everything but people and what was said, and changes nothing',
    may: [...LOOKING, 'read ledger', 'ask budget'],
    own: [],
    content: 'if granted',
  },
} as const satisfies Record<string, RoleDefinition>;

export type Role = keyof typeof ROLES;

/** The roles, the one that may most first. */
export const roleSchema = z
  .enum(Object.keys(ROLES).filter((name): name is Role => name in ROLES) as [Role, ...Role[]])
  .meta({
    description: Object.entries(ROLES)
      .map(([name, { says }]) => `\`${name}\` ${says}`)
      .join('; '),
  });

export const definitionOf = (role: Role): RoleDefinition => ROLES[role];
