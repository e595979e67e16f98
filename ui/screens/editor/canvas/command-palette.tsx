import '@mantine/spotlight/styles.css';
import { Kbd } from '@mantine/core';
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { describeNode } from '../../../canvas/describe.ts';
import { iconOf } from '../../../canvas/icons.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas, useCanvasPart } from './canvas-context.tsx';
import type { Command } from './commands.ts';

/** Every command and every node by its name. */
export function CommandPalette() {
  const { canvas } = useCanvas();
  const finding = useCanvasPart((state) => state.finding);
  const [[store, spotlight]] = useState(createSpotlight);
  useEffect(() => {
    if (finding === null) spotlight.close();
    else spotlight.open();
  }, [finding, spotlight]);
  const actions = useActions(finding);
  const placeholder = finding === 'nodes' ? 'Find a node' : 'Find a command or a node';
  return (
    <Spotlight
      store={store}
      shortcut={null}
      actions={actions}
      onSpotlightClose={() => canvas.setState({ finding: null })}
      nothingFound="Nothing is called that. Try another word."
      highlightQuery
      scrollable
      maxHeight={420}
      attributes={{ content: { 'aria-label': placeholder } }}
      // Where no entry can get the focus, the list itself does, to be scrolled by keys.
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      searchProps={{ placeholder, 'aria-label': placeholder, leftSection: <IconSearch size={18} aria-hidden /> }}
    />
  );
}

/** Nothing as long as it is closed, so that a change of the drawing costs nothing here. */
function useActions(finding: 'everything' | 'nodes' | null) {
  const commands = useCanvasPart((state) => state.commands);
  const graph = useEditing(({ document }) => (finding === null ? null : document.graph));
  const { house } = useEditor();
  const { actions } = useCanvas();
  if (graph === null) return [];
  const nodes = graph.nodes.map((node): SpotlightActionData => {
    const { title, kind, sentence, icon } = describeNode(node, graph.edges, house.budgetNames);
    const Icon = iconOf(icon);
    return {
      id: `node ${node.id}`,
      label: title,
      description: `${kind}. ${sentence}`,
      leftSection: <Icon size={20} stroke={1.6} aria-hidden />,
      // After the palette has given the focus back to where it was.
      onClick: () => requestAnimationFrame(() => actions.go([node.id])),
    };
  });
  const groups = new Map<string, SpotlightActionData[]>();
  const offered = finding === 'everything' ? [...commands.values()].flat() : [];
  for (const command of offered) {
    groups.set(command.group, [...(groups.get(command.group) ?? []), entryOf(command)]);
  }
  groups.set('Go to a node', nodes);
  return [...groups].map(([group, members]) => ({ group, actions: members }));
}

function entryOf({ id, title, detail, keys, run }: Command): SpotlightActionData {
  return {
    id,
    label: title,
    ...(detail === undefined ? {} : { description: detail }),
    rightSection: keys === undefined ? null : <Kbd>{keys}</Kbd>,
    onClick: () => requestAnimationFrame(run),
  };
}
