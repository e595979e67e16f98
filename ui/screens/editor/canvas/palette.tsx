import { ScrollArea, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type DragEvent, useDeferredValue, useMemo, useState } from 'react';
import { iconOf } from '../../../canvas/icons.ts';
import { useEditing } from '../../../editing/editing-context.tsx';
import { useCanvas } from './canvas-context.tsx';
import { GROUP_TITLES, type KindChoice, kindChoices, meant } from './kind-choices.ts';
import { KIND_DRAGGED } from './use-dropping.ts';

/** What can be put on the canvas: by a click behind the selected node, or dragged to any place. */
export function Palette() {
  const [typed, setTyped] = useState('');
  const graph = useDeferredValue(useEditing(({ document }) => document.graph));
  const nodes = graph.nodes.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: which kinds can be added depends on how many nodes of each there are.
  const choices = useMemo(() => kindChoices(graph), [nodes]);
  const found = meant(choices, typed);
  const groups = Object.entries(GROUP_TITLES).flatMap(([group, title]) => {
    const members = found.filter(({ kind }) => kind.group === group);
    return members.length > 0 ? [{ title, members }] : [];
  });
  return (
    <section className="palette" aria-label="Nodes to add">
      <TextInput
        size="sm"
        placeholder="Kind of node"
        aria-label="Find a kind of node"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <ScrollArea className="palette-list" type="auto" offsetScrollbars="y">
        {groups.map(({ title, members }) => (
          <div key={title}>
            <h2 className="palette-group">{title}</h2>
            {members.map((choice) => (
              <Entry key={choice.name} choice={choice} />
            ))}
          </div>
        ))}
        {groups.length === 0 ? (
          <p className="palette-none">No kind of node is called that. Try another word, such as “budget”.</p>
        ) : null}
      </ScrollArea>
    </section>
  );
}

function Entry({ choice: { name, kind, refusal } }: { readonly choice: KindChoice }) {
  const { actions } = useCanvas();
  const Icon = iconOf(kind.icon);
  const drag = (event: DragEvent): void => {
    event.dataTransfer.setData(KIND_DRAGGED, name);
    event.dataTransfer.effectAllowed = 'copy';
  };
  return (
    <button
      type="button"
      className="palette-entry"
      data-group={kind.group}
      title={refusal ?? kind.summary}
      aria-disabled={refusal !== null}
      draggable={refusal === null}
      onDragStart={drag}
      onClick={() => actions.add(name, actions.whereNext())}
    >
      <span className="palette-icon">
        <Icon size={18} stroke={1.8} aria-hidden />
      </span>
      <span className="palette-title">{kind.title}</span>
    </button>
  );
}
