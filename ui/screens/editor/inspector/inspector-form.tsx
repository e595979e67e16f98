import { Text } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import type { Problem } from '../../../../policies/check.ts';
import { called } from '../../../../policies/editing/names.ts';
import { setSettings } from '../../../../policies/editing/settings.ts';
import type { GraphNode } from '../../../../policies/graph.ts';
import type { Kind } from '../../../../policies/kinds/kind.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useProblems } from '../../../editing/problems.ts';
import type { FieldChange, FormFrame, ShownRange } from '../../../form/form-context.tsx';
import { kindsBefore } from '../../../form/kinds-before.ts';
import { sayPath, setAt } from '../../../form/paths.ts';
import { SettingsForm } from '../../../form/settings-form.tsx';
import { isGroup } from '../../../form/shape.ts';
import { useEdit } from './inspector-edit.ts';
import { ScoreSplit } from './score-split.tsx';

interface Props {
  readonly node: GraphNode;
  readonly kind: Kind;
}

/** The settings of a node as the form of its kind. What was typed is in the draft at once, also where it does not fit yet. */
export function NodeForm({ node, kind }: Props) {
  const { editing, house, mayChange } = useEditor();
  const edit = useEdit();
  const [said, setSaid] = useState<readonly string[]>([]);
  const { id } = node;
  const name = called(node);
  const before = useEditing(({ document }) => [...kindsBefore(document.graph, id)].sort().join(' '));
  const problems = useSame(fieldProblems(kind, node, useProblems()));

  const change = useCallback(
    ({ path, value, title, goesOn, also }: FieldChange) => {
      const words = `Change “${title}” of ${name}`;
      let told: readonly string[] = [];
      edit(
        words,
        (document) => {
          const now = document.graph.nodes.find((one) => one.id === id);
          const changed = setAt(now?.settings, path, value);
          const settings = also ? setAt(changed, also.path, also.value) : changed;
          if (!isGroup(settings)) return document;
          const result = setSettings(document, id, settings);
          told = result.said;
          return result.drawing;
        },
        goesOn ? `${id} ${sayPath(path)}` : undefined,
      );
      setSaid(told);
    },
    [edit, id, name],
  );

  const frame = useMemo(
    (): FormFrame => ({
      house,
      mayChange,
      kindsBefore: new Set(before.split(' ')),
      problems: new Map(problems),
      change,
      underRange,
    }),
    [house, mayChange, before, problems, change],
  );
  return (
    <div>
      <SettingsForm
        schema={kind.settings}
        value={node.settings}
        frame={frame}
        onLeave={() => editing.getState().settle()}
      />
      <Text size="sm" role="status" mt={said.length > 0 ? 'sm' : 0}>
        {said.join(' ')}
      </Text>
    </div>
  );
}

/** Under the thresholds of the classifier stands how many of last week's requests go each way. */
function underRange({ field, low, high }: ShownRange) {
  return field === 'simpleBelow' ? <ScoreSplit simpleBelow={low} complexFrom={high} /> : null;
}

/** What is wrong, by field: what does not fit says the kind itself at once; what is wrong in the graph says the check. */
function fieldProblems(kind: Kind, node: GraphNode, problems: readonly Problem[]): [string, string[]][] {
  const bound = kind.bind(node.settings);
  const found = new Map<string, string[]>();
  const add = (field: string, message: string): void => {
    found.set(field, [...(found.get(field) ?? []), message]);
  };
  if (!bound.ok) {
    for (const { path, message } of bound.error.issues) add(path.join('.'), message);
    return [...found];
  }
  for (const { field, message, fix } of bound.node.problems ?? []) add(field, `${message} ${fix}`);
  for (const { code, node: at, field, message, fix } of problems) {
    const isOfField = code === 'fact_too_early' || code === 'shadowed_case';
    if (at === node.id && field !== null && isOfField) add(field, `${message} ${fix}`);
  }
  return [...found];
}

/** The same object for as long as it says the same. */
function useSame<T>(value: T): T {
  const [kept, setKept] = useState(value);
  if (JSON.stringify(kept) === JSON.stringify(value)) return kept;
  setKept(value);
  return value;
}
