/** What each entry of the history says that somebody did, as the end of a sentence that begins with who it was. */
import type { HistoryEntry } from '../../api/audit.ts';
import { plural } from '../../app/words.ts';
import { sayMonth } from '../months/month-words.ts';
import { type Members, membersOf } from './members.ts';
import { sayRolesIn } from './roles-said.ts';

/** What the words of an entry are made of. */
interface Told {
  /** The name of what it is about, in quotation marks where that is not an id. */
  readonly name: string;
  readonly id: string;
  readonly before: Members;
  readonly after: Members;
  /** The name of something by its id, in the same way. */
  readonly nameOf: (id: unknown) => string;
}

type Words = (told: Told) => string;

const defaultPolicy =
  (whose: Words): Words =>
  (told) =>
    told.after.defaultPolicy === null
      ? `took away the default policy of ${whose(told)}`
      : `made ${told.nameOf(told.after.defaultPolicy)} the default policy of ${whose(told)}`;

const costCentre =
  (what: string): Words =>
  ({ name, after }) =>
    after.costCentre === null
      ? `took the cost centre off the ${what} ${name}`
      : `set the cost centre of the ${what} ${name} to “${after.costCentre}”`;

const renamed =
  (what: string): Words =>
  ({ before, after }) =>
    `renamed the ${what} “${before.name}” to “${after.name}”`;

const times = (count: unknown, one: string): string => plural(Number(count), one);

/** Of actions that are written down no more, and stand in older entries. */
const OLDER_WORDS: Readonly<Record<string, Words>> = {
  'person.change_role': ({ name, before, after }) => `changed the role of ${name} from ${before.role} to ${after.role}`,
};

/** By action. A test finds actions that have no words. */
export const ACTION_WORDS: Readonly<Record<string, Words>> = {
  'alert.retry': () => 'tried again to deliver a message',
  'alias.delete': ({ name }) => `deleted the other name ${name} of a model`,
  'alias.set': ({ name, after }) => `made ${name} another name of the model “${after.model}”`,
  'approval.approve': ({ after, nameOf }) => `approved the draft of ${nameOf(after.policy)}`,
  'approval.ask': ({ after, nameOf }) => `asked for approval of the draft of ${nameOf(after.policy)}`,
  'approval.refuse': ({ after, nameOf }) => `sent the draft of ${nameOf(after.policy)} back without approval`,
  'approval.void': ({ after, nameOf }) =>
    `edited the draft of ${nameOf(after.policy)}, which made the request for its approval void`,
  'approval.withdraw': ({ after, nameOf }) =>
    `withdrew the request for approval of the draft of ${nameOf(after.policy)}`,
  'approval_rules.change': ({ name, id }) =>
    id.startsWith('org_')
      ? 'changed who has to approve policies that have no rule of their own'
      : `changed who has to approve the policy ${name}`,
  'budget.change': ({ name }) => `changed the budget ${name}`,
  'budget.create': ({ name }) => `made the budget ${name}`,
  'budget.move': ({ nameOf, after }) =>
    `moved a part of the limit of ${nameOf(membersOf(after.from).budget)} to ${nameOf(membersOf(after.to).budget)}`,
  'budget.plan': ({ name }) => `changed what the budget ${name} is planned to spend`,
  'budget.reset': ({ name }) => `set the spend of the budget ${name} back to nothing`,
  'budget.top_up': ({ name }) => `added to the limit of the budget ${name} for the time that is open`,
  'budget_request.create': ({ after, nameOf }) => `asked for more of the budget ${nameOf(after.budget)}`,
  'budget_request.decline': () => 'declined a request for more of a budget',
  'budget_request.grant': () => 'granted a request for more of a budget',
  'channel.change': ({ name }) => `changed the channel ${name}`,
  'channel.create': ({ name }) => `made the channel ${name}`,
  'channel.delete': ({ name }) => `deleted the channel ${name}`,
  'channel.rotate_secret': ({ name }) => `put a new secret in place of that of the channel ${name}`,
  'channel.test': ({ name }) => `sent a test to the channel ${name}`,
  'codes.renew_recovery': () => 'made new recovery codes for their own account',
  'codes.reset': ({ name }) => `took the one-time codes off the account of ${name}`,
  'codes.set_up': () => 'set up one-time codes for their own account',
  'codes.turn_off': () => 'turned the one-time codes of their own account off',
  'comment.add': ({ after, nameOf }) =>
    `${after.answerTo === undefined ? 'commented' : 'answered a comment'} on the draft of ${nameOf(after.policy)}`,
  'comment.resolve': ({ after, nameOf }) => `settled a comment on the draft of ${nameOf(after.policy)}`,
  'comment.reopen': ({ after, nameOf }) => `opened a settled comment on the draft of ${nameOf(after.policy)} again`,
  'correction.post': ({ after, nameOf }) =>
    `corrected the costs of the project ${nameOf(after.project)} in ${sayMonth(String(after.month))}`,
  'deletion.begin': ({ after }) =>
    after.kind === 'age'
      ? 'began to delete what is older than the settings say'
      : `began to delete ${times(after.requests, 'request')} of one ${after.tag} for good`,
  'deletion.end': ({ after }) =>
    `has deleted ${times(after.records, 'request')} but for what they cost, and what ${times(after.contents, 'other request')} said`,
  'draft.save': ({ name, after }) =>
    after.restored === undefined
      ? `saved the draft of the policy ${name}`
      : `put version ${after.restored} of the policy ${name} into its draft again`,
  'emergency.follow_up': ({ name, after }) =>
    `followed up version ${after.version} of ${name}, which was published in an emergency`,
  'export.end': ({ id, after }) =>
    after.why === null
      ? `has taken along the whole file that was asked for: ${EXPORTS.get(id) ?? id}, ${times(after.rows, 'request')}`
      : `asked for a file that was broken off: ${EXPORTS.get(id) ?? id}`,
  'export.take': ({ id }) => `took a file along: ${EXPORTS.get(id) ?? id}`,
  'invitation.accept': () => 'took an invitation and has an account now',
  'invitation.create': ({ after, nameOf }) => `invited somebody as ${sayRolesIn(after, nameOf)}`,
  'invitation.withdraw': () => 'withdrew an invitation',
  'key.change_limits': ({ name }) => `changed what the key ${name} is limited to`,
  'key.create': ({ name, after, nameOf }) => `made the key ${name} of the project ${nameOf(after.project)}`,
  'key.replace': ({ name, nameOf, after }) =>
    `made ${nameOf(membersOf(after.replacedBy).id)} in place of the key ${name}, which ends`,
  'key.revoke': ({ name }) => `revoked the key ${name}`,
  'month.close': ({ id }) => `closed the month of ${sayMonth(id)}`,
  'organisation.create': ({ after }) => `set up the organisation “${after.name}”`,
  'organisation.set_content': () => 'changed what is kept of requests',
  'organisation.set_default_policy': defaultPolicy(() => 'the organisation'),
  'organisation.set_mandatory_policy': ({ before, after, nameOf }) =>
    after.mandatoryPolicy === null
      ? `ended that the policy ${nameOf(before.mandatoryPolicy)} runs before every other one`
      : `let the policy ${nameOf(after.mandatoryPolicy)} run before every other one`,
  'organisation.set_time_zone': ({ after }) => `set the clocks of the organisation to ${after.timeZone}`,
  'person.change_password': () => 'changed their own password',
  'person.change_grants': ({ name, before, after, nameOf }) =>
    `changed the roles of ${name} from ${sayRolesIn(before, nameOf)} to ${sayRolesIn(after, nameOf)}`,
  'person.create': ({ name, after, nameOf }) => `made an account for ${name} as ${sayRolesIn(after, nameOf)}`,
  'person.link': ({ name }) => `linked the account of ${name} to another place to sign in`,
  'person.lock': ({ name, id }) =>
    id === 'nobody'
      ? 'locked out an address that nobody has, after too many attempts to sign in'
      : `locked the account of ${name} for a while, after too many attempts to sign in`,
  'person.remove': ({ name }) => `removed ${name} from the organisation`,
  'person.rename': () => 'changed their own name',
  'person.unlock': ({ name }) => `unlocked the account of ${name}`,
  'policy.archive': ({ name }) => `put the policy ${name} in the archive`,
  'policy.change': ({ name }) => `changed what the policy ${name} is called`,
  'policy.create': ({ name }) => `made the policy ${name}`,
  'policy.unarchive': ({ name }) => `took the policy ${name} out of the archive`,
  'price.set': ({ id }) => `set the price of the model “${id}”`,
  'price_list.accept': () => 'accepted a price list',
  'program.start': () => 'started',
  'project.create': ({ name }) => `made the project ${name}`,
  'project.rename': renamed('project'),
  'project.set_content': ({ name, after }) =>
    after.content === undefined
      ? `let of the requests of the project ${name} be kept what is kept of all`
      : `changed what is kept of the requests of the project ${name}`,
  'project.set_cost_centre': costCentre('project'),
  'project.set_default_policy': defaultPolicy(({ name }) => `the project ${name}`),
  'provider_account.ask_models': ({ name, before, after }) =>
    `asked the provider ${name} for its models: ${after.models} now, ${before.models} before`,
  'provider_account.change': ({ name }) => `changed the provider ${name}`,
  'provider_account.create': ({ name }) => `added the provider ${name}`,
  'provider_account.delete': ({ name }) => `deleted the provider ${name}`,
  'rate_card.create': ({ after }) => `made a rate card for the provider “${after.provider}”`,
  'rate_card.end': ({ after }) => `set the end of a rate card for the provider “${after.provider}”`,
  'record.delete': () => 'deleted a request for good, but for what it cost',
  'record.delete_content': () => 'deleted for good what a request sent and was answered',
  'record.view_content': () => 'read what a request sent and was answered',
  'service_token.create': ({ name, after, nameOf }) => `made the service token ${name} as ${sayRolesIn(after, nameOf)}`,
  'service_token.revoke': ({ name }) => `revoked the service token ${name}`,
  'session.begin': () => 'signed in',
  'session.end': () => 'signed out',
  'session.end_all': ({ name, after }) => `signed ${name} out everywhere (${times(after.ended, 'session')})`,
  'session.end_others': ({ after }) => `signed out everywhere else (${times(after.ended, 'session')})`,
  'sign_in.set': () => 'changed the settings of signing in',
  'sign_in_provider.change': ({ name }) => `changed the place to sign in ${name}`,
  'sign_in_provider.create': ({ name }) => `added the place to sign in ${name}`,
  'sign_in_provider.delete': ({ name }) => `deleted the place to sign in ${name}`,
  'team.create': ({ name }) => `made the team ${name}`,
  'team.rename': renamed('team'),
  'team.set_cost_centre': costCentre('team'),
  'token.count': ({ after }) => `has used its token from ${after.address} ${times(after.requests, 'time')} in an hour`,
  'token.use': ({ after }) => `began to use its token from ${after.address}`,
  'version.publish': ({ name, after }) =>
    `published version ${after.liveVersion} of ${name}${after.emergency === true ? ' in an emergency' : ''}`,
  'version.restore': ({ name, after }) =>
    `published version ${after.liveVersion} of ${name}, which is version ${after.restored} again`,
};

/** What a file is that was taken along, by the address that gave it. */
const EXPORTS: ReadonlyMap<string, string> = new Map([
  ['/audit/export', 'the audit of a time or of an object'],
  ['/months/{month}/export', 'a month'],
  ['/records/export', 'requests'],
  ['/usage', 'a table of usage'],
  ['/usage/scans/{scan}', 'a table of usage'],
]);

/** What was done, such as “published version 4 of “Support””; `nameOf` gives names by ids. */
export function sayAction(entry: HistoryEntry, name: string, nameOf: (id: unknown) => string): string {
  const told = { name, id: entry.objectId, before: membersOf(entry.before), after: membersOf(entry.after), nameOf };
  // An entry of a newer version of the program than these pages.
  return (
    (ACTION_WORDS[entry.action] ?? OLDER_WORDS[entry.action])?.(told) ??
    `did something that this page has no words for yet (${entry.action})`
  );
}
