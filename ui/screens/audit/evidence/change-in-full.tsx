import { List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { diffGraphs } from '../../../../policies/diff.ts';
import type { ReviewedChange } from '../../../api/audit-desk.ts';
import { budgetNamesQuery } from '../../../api/house.ts';
import { drawingQuery } from '../../../api/policies.ts';
import { plural } from '../../../app/words.ts';
import { ChangeRow } from '../change-row.tsx';
import { compare } from '../differences.ts';
import { membersOf } from '../members.ts';
import type { Names } from '../names.ts';
import { sayPath, sayValue } from '../value-words.ts';

interface Props {
  readonly change: ReviewedChange;
  readonly names: Names;
}

/** Sentences about one entry on paper; the rest is counted. */
const MOST = 60;

/** A change with all that it changed. */
export function ChangeInFull({ change, names }: Props) {
  const [before, after] = [membersOf(change.before).liveVersion, membersOf(change.after).liveVersion];
  const isPublished = change.action === 'version.publish' || change.action === 'version.restore';
  return (
    <ChangeRow change={change} names={names}>
      {isPublished && typeof before === 'number' && typeof after === 'number' ? (
        <InWords policy={change.objectId} before={before} after={after} />
      ) : isPublished ? null : (
        <Members change={change} names={names} />
      )}
    </ChangeRow>
  );
}

function Sentences({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  const rest = sentences.length - MOST;
  return (
    <List size="sm" mt={4}>
      {sentences.slice(0, MOST).map((sentence, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences can be the same twice, and the list never changes
        <List.Item key={i}>{sentence}</List.Item>
      ))}
      {rest > 0 ? <List.Item>and {plural(rest, 'more')}</List.Item> : null}
    </List>
  );
}

function InWords({ policy, before, after }: { policy: string; before: number; after: number }) {
  const [was, is] = [useQuery(drawingQuery(policy, before)), useQuery(drawingQuery(policy, after))];
  const budgets = useQuery(budgetNamesQuery).data;
  if (was.error ?? is.error)
    return <Text size="sm">The drawings could not be loaded: reload the page to try again.</Text>;
  if (!was.data || !is.data || !budgets) return null;
  const { changes } = diffGraphs(was.data.graph, is.data.graph, budgets);
  if (changes.length === 0) return <Text size="sm">Both versions do the same.</Text>;
  return <Sentences sentences={changes.map(({ words }) => words)} />;
}

function Members({ change, names }: Props) {
  const unit = names.unitOf(change);
  const say = (path: readonly string[], value: unknown): string => sayValue(path, value, unit, names.nameOf);
  const { changed } = compare(change.before, change.after);
  const isNew = change.before === null;
  // What a new thing does not have is left out: it would be most of what stands here.
  const told = changed.filter(({ path, after }) => !isNew || say(path, after) !== 'nothing');
  const sentences = told.map(({ path, before, after }) =>
    isNew
      ? `${sayPath(path)}: ${say(path, after)}`
      : `${sayPath(path)}: ${say(path, after)}, before ${say(path, before)}`,
  );
  return <Sentences sentences={sentences} />;
}
