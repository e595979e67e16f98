/** What each action of the history belongs to, so that changes can be told from looking, and one kind from another. */
import type { Knex } from 'knex';

/** Kinds of changes that count from the moment they are made: the population that an audit draws from. */
export const CHANGE_KINDS = ['policies', 'access', 'money', 'models', 'data', 'organisation'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Everything else: work on what does not count yet, and what changes nothing. */
export const OTHER_KINDS = ['drafts', 'approvals', 'sign-in', 'looking', 'files', 'programs'] as const;
export type ActionKind = ChangeKind | (typeof OTHER_KINDS)[number];

/** Actions that belong elsewhere than what stands before their dot. */
const ACTIONS: ReadonlyMap<string, ActionKind> = new Map([
  ['organisation.set_default_policy', 'policies'],
  ['organisation.set_mandatory_policy', 'policies'],
  ['project.set_default_policy', 'policies'],
  ['organisation.set_content', 'data'],
  ['project.set_content', 'data'],
  ['project.set_cost_centre', 'money'],
  ['team.set_cost_centre', 'money'],
  ['person.lock', 'sign-in'],
  ['record.view_content', 'looking'],
  ['channel.test', 'programs'],
  ['provider_account.ask_models', 'programs'],
]);

/** By what stands before the dot; what is not here belongs to the organisation. */
const BEGINNINGS: ReadonlyMap<string, ActionKind> = new Map([
  ['policy', 'policies'],
  ['version', 'policies'],
  ['approval_rules', 'policies'],
  ['person', 'access'],
  ['invitation', 'access'],
  ['service_token', 'access'],
  ['key', 'access'],
  ['sign_in', 'access'],
  ['sign_in_provider', 'access'],
  ['codes', 'access'],
  ['budget', 'money'],
  ['budget_request', 'money'],
  ['price', 'money'],
  ['price_list', 'money'],
  ['rate_card', 'money'],
  ['month', 'money'],
  ['correction', 'money'],
  ['provider_account', 'models'],
  ['alias', 'models'],
  ['record', 'data'],
  ['deletion', 'data'],
  ['draft', 'drafts'],
  ['comment', 'drafts'],
  ['approval', 'approvals'],
  ['emergency', 'approvals'],
  ['session', 'sign-in'],
  ['export', 'files'],
  ['token', 'programs'],
  ['program', 'programs'],
  ['alert', 'programs'],
]);

/** What an action belongs to. */
export const kindOfAction = (action: string): ActionKind =>
  ACTIONS.get(action) ?? BEGINNINGS.get(action.slice(0, action.indexOf('.'))) ?? 'organisation';

const CHANGES: ReadonlySet<ActionKind> = new Set<ActionKind>(CHANGE_KINDS);

/** Whether an action of that kind counts from the moment it is done. */
export const isChange = (kind: ActionKind): kind is ChangeKind => CHANGES.has(kind);

/** The actions of an organisation's history that fit. */
export async function actionsOf(
  db: Knex,
  organisation: string,
  fits: (kind: ActionKind) => boolean,
): Promise<string[]> {
  const actions: string[] = await db('history').where({ organisation }).distinct('action').pluck('action');
  return actions.filter((action) => fits(kindOfAction(action)));
}
