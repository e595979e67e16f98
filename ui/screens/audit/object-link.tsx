import type { HistoryEntry } from '../../api/audit.ts';
import { TextLink } from '../../app/text-link.tsx';
import { membersOf } from './members.ts';

/** The way to what an entry is about, where that has a page of its own. */
export function ObjectLink({ entry }: { readonly entry: HistoryEntry }) {
  const { objectType, objectId: id, action } = entry;
  const before = membersOf(entry.before).liveVersion;
  const after = membersOf(entry.after).liveVersion;
  if (objectType === 'policy' && typeof after === 'number' && typeof before === 'number') {
    return (
      <TextLink to="/policies/$policy/compare" params={{ policy: id }} search={{ from: before, to: after }}>
        Compare version {before} with version {after}
      </TextLink>
    );
  }
  if (objectType === 'policy') {
    return (
      <TextLink
        to="/policies/$policy"
        params={{ policy: id }}
        search={{ version: typeof after === 'number' ? after : undefined }}
      >
        See the policy
      </TextLink>
    );
  }
  if (objectType === 'budget') {
    return (
      <TextLink to="/budgets/$budget" params={{ budget: id }}>
        See the budget
      </TextLink>
    );
  }
  if (objectType === 'team') {
    return (
      <TextLink to="/teams/$team" params={{ team: id }}>
        See the team
      </TextLink>
    );
  }
  if (objectType === 'month') {
    return (
      <TextLink to="/months/$month" params={{ month: id }}>
        See the month
      </TextLink>
    );
  }
  if (objectType === 'record') {
    return (
      <TextLink to="/requests/$record" params={{ record: id }}>
        {action === 'record.delete' ? 'See what is left of the request' : 'See the request'}
      </TextLink>
    );
  }
  return null;
}
