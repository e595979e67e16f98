/** What usage is told by, in words. */

import { RECORD_STATUSES, type RecordStatus } from '../../policies/record-status.ts';
import { DIMENSIONS, type Dimension } from '../api/usage.ts';
import { STATUS_WORDS } from '../app/status-words.ts';

interface Words {
  readonly one: string;
  /** What requests are that have none. */
  readonly none: string;
}

const WORDS: Readonly<Record<Dimension, Words>> = {
  team: { one: 'team', none: 'no team' },
  project: { one: 'project', none: 'no project' },
  user: { one: 'user', none: 'no user named' },
  key: { one: 'key', none: 'no key' },
  app: { one: 'app', none: 'no app named' },
  usage: { one: 'usage mode', none: 'no usage mode named' },
  workflow: { one: 'workflow', none: 'no workflow named' },
  agent: { one: 'agent', none: 'no agent named' },
  model: { one: 'model', none: 'no model answered' },
  provider: { one: 'provider', none: 'no provider answered' },
  policy: { one: 'policy', none: 'no policy decided' },
  version: { one: 'version of a policy', none: 'no policy decided' },
  node: { one: 'node of a policy', none: 'no node answered' },
  status: { one: 'outcome', none: 'no outcome' },
};

export const isDimension = (by: string): by is Dimension => DIMENSIONS.some((one) => one === by);

const tagName = (by: string): string => by.replace(/^tag:/, '');

/** "team", "usage mode", "tag feature". */
export const sayDimension = (by: string): string => (isDimension(by) ? WORDS[by].one : `tag ${tagName(by)}`);

const saysNone = (by: string): string => (isDimension(by) ? WORDS[by].none : `no tag ${tagName(by)}`);

/** "Team", as a heading or a label. */
export const headOf = (by: string): string => {
  const words = sayDimension(by);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const isStatus = (value: string): value is RecordStatus => RECORD_STATUSES.some((one) => one === value);

interface Valued {
  readonly group: string | null;
  readonly name?: string | null | undefined;
  readonly others?: true | undefined;
}

/** What people call one value of what usage is told by. */
export function sayGroup(by: string, { group, name, others }: Valued): string {
  if (others) return 'all others';
  if (group === null) return saysNone(by);
  if (by === 'status' && isStatus(group)) return STATUS_WORDS[group];
  return name ?? group;
}
