import { Select, Stack, Text, Title } from '@mantine/core';
import { disconnect, targetsFor } from '../../../../policies/editing/connect.ts';
import { called } from '../../../../policies/editing/names.ts';
import { portsOf } from '../../../../policies/editing/ports.ts';
import type { GraphNode } from '../../../../policies/graph.ts';
import type { Port } from '../../../../policies/kinds/kind.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { DROPDOWN } from '../../../form/dropdown.ts';
import { useCanvas } from '../canvas/canvas-context.tsx';
import { useEdit } from './inspector-edit.ts';

/** Where each port of a node leads, to be chosen from a list: the same as drawing an edge, without a pointer. */
export function WaysOut({ node }: { readonly node: GraphNode }) {
  const ports = portsOf(node);
  if (!ports || ports.length === 0) return null;
  return (
    <Stack gap="sm" component="section">
      <Title order={3} size="sm">
        Ways out
      </Title>
      {ports.map((port) => (
        <WayOut key={port.name} node={node} port={port} />
      ))}
    </Stack>
  );
}

const NOWHERE = '';

function WayOut({ node, port }: { readonly node: GraphNode; readonly port: Port }) {
  const { mayChange } = useEditor();
  const { actions } = useCanvas();
  const edit = useEdit();
  const graph = useEditing((state) => state.document.graph);
  const now = graph.edges.find(({ from, port: name }) => from === node.id && name === port.name)?.to ?? NOWHERE;
  const targets = targetsFor(graph, node.id, port.name);
  const titles = targets.map(({ node: { title, id } }) => title || id);
  const nameOf = ({ id, title }: GraphNode): string =>
    titles.filter((one) => one === (title || id)).length > 1 ? `${title || id} (${id})` : title || id;
  const refusals = new Map(
    targets.flatMap((one) => (one.ok || one.node.id === now ? [] : [[one.node.id, one.why] as const])),
  );
  const [whole] = targets.length > 0 && refusals.size === targets.length ? [...new Set(refusals.values())] : [];
  const options = targets
    .map(({ node: target }) => ({ value: target.id, label: nameOf(target), disabled: refusals.has(target.id) }))
    .sort((a, b) => Number(a.disabled) - Number(b.disabled));
  const gone =
    now === NOWHERE || graph.nodes.some(({ id }) => id === now) ? [] : [{ value: now, label: `${now} (gone)` }];
  return (
    <Select
      {...DROPDOWN}
      label={`“${port.label}” leads to`}
      description={now === NOWHERE ? (port.ifLoose ?? whole ?? 'It has to lead somewhere.') : undefined}
      searchable
      allowDeselect={false}
      readOnly={!mayChange}
      nothingFoundMessage="No node is called that."
      data={[{ value: NOWHERE, label: 'Nowhere' }, ...gone, ...options]}
      value={now}
      renderOption={({ option }) => {
        const why = refusals.get(option.value);
        return (
          <div>
            <Text size="sm">{option.label}</Text>
            {why === undefined ? null : <Text size="xs">{why}</Text>}
          </div>
        );
      }}
      onChange={(to) => {
        if (to === null || to === now) return;
        if (to !== NOWHERE) return actions.lead(node.id, port.name, to);
        edit(`Let “${port.label}” of ${called(node)} lead nowhere`, (document) =>
          disconnect(document, node.id, port.name),
        );
        actions.say(`“${port.label}” of ${called(node)} leads nowhere now.`);
      }}
    />
  );
}
