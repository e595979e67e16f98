/** What the desk answers as tables for other programs. */
import { PERMISSIONS } from '../../../policies/access/permissions.ts';
import { definitionOf } from '../../../policies/access/roles.ts';
import type { HistoryEntry } from '../../control/history.ts';
import { type Cell, writeCsv } from '../../months/csv.ts';
import { type AccessThen, type PersonThen, REVIEWED, type Reach, type Reviewed } from './access-review.ts';
import type { ReviewedChange } from './changes.ts';
import type { ActionKind } from './groups.ts';
import type { Flag } from './judging.ts';

type NameOf = (id: string) => string;

const FLAG_WORDS: Readonly<Record<Flag, string>> = {
  unapproved: 'not approved',
  self_approved: 'approved by its own author',
  emergency: 'emergency, not followed up',
  no_reason: 'no reason given',
};

const moment = (at: number): string => new Date(at).toISOString();
const count = (value: number): Cell => ({ number: String(value) });

/** "version publish" of `version.publish`. */
const sayAction = (action: string): string => action.replaceAll(/[._]/g, ' ');
const sayJson = (value: unknown): string => (value === null ? '' : JSON.stringify(value));

const ENTRY_HEAD = ['Entry', 'Time', 'Who', 'Id of who', 'What', 'Kind', 'About', 'Id of what it is about', 'Reason'];
const LAST_HEAD = ['Before', 'After', 'Fingerprint of the entry'];

function entryCells(entry: HistoryEntry & { readonly kind: ActionKind }, nameOf: NameOf): Cell[] {
  const { sequence, at, actor, action, kind, objectId, reason } = entry;
  const about = [nameOf(objectId), objectId];
  return [count(sequence), moment(at), nameOf(actor), actor, sayAction(action), kind, ...about, reason ?? ''];
}

const lastCells = ({ before, after, hash }: HistoryEntry): Cell[] => [sayJson(before), sayJson(after), hash];

/** Changes, each with what there is to look at and who approved it. */
export function changesTable(changes: readonly ReviewedChange[], nameOf: NameOf): string {
  const head = [...ENTRY_HEAD, 'To look at first', 'Why', 'Approved by', ...LAST_HEAD];
  const rows = changes.map((change): Cell[] => [
    ...entryCells(change, nameOf),
    change.flags.map((flag) => FLAG_WORDS[flag]).join('; '),
    change.judgement?.words ?? '',
    change.judgement?.approvals.map(({ person, at }) => `${nameOf(person)} at ${moment(at)}`).join('; ') ?? '',
    ...lastCells(change),
  ]);
  return writeCsv(head, rows);
}

/** Whatever somebody did. */
export const deedsTable = (
  entries: readonly (HistoryEntry & { readonly kind: ActionKind })[],
  nameOf: NameOf,
): string =>
  writeCsv(
    [...ENTRY_HEAD, ...LAST_HEAD],
    entries.map((entry) => [...entryCells(entry, nameOf), ...lastCells(entry)]),
  );

const OF_WORDS = { team: 'team', project: 'project', policy: 'policy' } as const;

function sayReach({ everywhere, places }: Reach, nameOf: NameOf): string {
  if (everywhere) return 'everywhere';
  if (places.length === 0) return 'no';
  return places
    .map(({ of, id }) =>
      of === 'own keys' || id === null ? 'requests of their own keys' : `${OF_WORDS[of]} ${nameOf(id)}`,
    )
    .join('; ');
}

function sayGrants({ grants, onlyReads }: PersonThen, nameOf: NameOf): string {
  const said = grants.map(({ role, within, content }) => {
    const [id] = within === null ? [] : Object.values(within);
    const where = id === undefined ? '' : ` of ${nameOf(String(id))}`;
    return `${definitionOf(role).title}${where}${content ? ', may read content' : ''}`;
  });
  return `${said.join('; ')}${onlyReads ? ' (looks only)' : ''}`;
}

const sayKind = ({ id, kind }: PersonThen): string =>
  kind === 'person' ? 'person' : id === 'admin-token' ? 'program, token of the settings' : 'program, service token';

/** Who could do what: people, programs and API keys. */
export function accessTable({ people, keys }: AccessThen, nameOf: NameOf): string {
  const reviewed = Object.keys(REVIEWED).filter((name): name is Reviewed => name in REVIEWED);
  const may = reviewed.map((name) => `May ${PERMISSIONS[REVIEWED[name]]}`);
  const head = ['What', 'Name', 'Id', 'Roles', ...may, 'Until', 'Entry that gave it'];
  const rows = people.map((one): Cell[] => [
    ...[sayKind(one), nameOf(one.id), one.id, sayGrants(one, nameOf)],
    ...reviewed.map((name) => sayReach(one.may[name], nameOf)),
    one.expiresAt === null ? '' : moment(one.expiresAt),
    one.sequence === null ? '' : count(one.sequence),
  ]);
  const ofKeys = keys.map(({ key, project, madeBy, expiresAt, sequence }): Cell[] => [
    ...[
      'API key',
      nameOf(key),
      key,
      `sends requests for ${project === null ? 'a project' : nameOf(project)}, made by ${nameOf(madeBy)}`,
    ],
    ...reviewed.map(() => 'no'),
    expiresAt === null ? '' : moment(expiresAt),
    count(sequence),
  ]);
  return writeCsv(head, [...rows, ...ofKeys]);
}
