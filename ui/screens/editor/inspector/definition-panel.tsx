import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { called } from '../../../../policies/editing/names.ts';
import type { Graph, GraphNode } from '../../../../policies/graph.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { JsonEditor } from '../../../monaco/json-editor.tsx';
import { policySchemas } from '../../../monaco/policy-schemas.ts';
import { definitionOf, putGraph, putNode, type Read, readGraph, readNode, writeDefinition } from './definition-text.ts';
import { useEdit } from './inspector-edit.ts';

interface Props {
  /** The node that is defined; null for the whole policy. */
  readonly node: GraphNode | null;
  /** Rises each time that somebody tries to leave while the definition cannot be taken. */
  readonly attempts: number;
  readonly onUnfinished: (isUnfinished: boolean) => void;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The definition as JSON: what is written is drawn at once, and what is done elsewhere is written here. */
export function DefinitionPanel({ node, attempts, onUnfinished }: Props) {
  const { editing, house, mayChange } = useEditor();
  const edit = useEdit();
  const graph = useEditing((state) => state.document.graph);
  const target = node ?? graph;
  const [typed, setTyped] = useState(() => writeDefinition(target));
  const [focus, setFocus] = useState(0);
  const fix = useRef<HTMLButtonElement>(null);
  const readTyped = (text: string): Read<Graph | GraphNode> => (node ? readNode(text, node.id) : readGraph(text));
  const reading = readTyped(typed);
  const isFromHere = !reading.ok || same(reading.value, target);
  const text = isFromHere ? typed : writeDefinition(target);
  const why = reading.ok ? null : reading.why;
  const title = node ? definitionOf(node) : 'Definition of the whole policy';

  useEffect(() => {
    if (attempts > 0) fix.current?.focus();
  }, [attempts]);

  // A node that is deleted takes its definition along.
  const leave = useEffectEvent(() => onUnfinished(false));
  useEffect(() => () => leave(), []);

  const write = (next: string): void => {
    setTyped(next);
    const now = readTyped(next);
    if (now.ok !== (why === null)) onUnfinished(!now.ok);
    if (!now.ok || same(now.value, target)) return;
    const words = node ? `Edit the definition of ${called(node)}` : 'Edit the definition of the policy';
    const { value } = now;
    edit(words, (document) => ('nodes' in value ? putGraph(document, value) : putNode(document, value)), title);
  };

  return (
    <Stack gap="sm">
      <JsonEditor
        text={text}
        onChange={write}
        onLeave={() => editing.getState().settle()}
        sort={node ? 'node' : 'graph'}
        schema={node ? policySchemas(house).node : policySchemas(house).graph}
        label={title}
        readOnly={!mayChange}
        height={node ? 360 : 520}
        focus={focus}
      />
      {why === null ? (
        <Text size="xs" c="dimmed">
          {mayChange
            ? 'What you write is drawn at once. Control and space offers what can stand here; Tab leaves the text.'
            : 'You can look at it. Somebody who may change policies can edit it here.'}
        </Text>
      ) : (
        <Alert color="red" variant="light" role="alert" title="Not drawn yet">
          <Text size="sm" mb="xs">
            {why} Put it right or take it back before you go elsewhere.
          </Text>
          <Group gap="xs">
            <Button ref={fix} size="xs" variant="default" onClick={() => setFocus((before) => before + 1)}>
              Put it right
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setTyped(writeDefinition(target));
                onUnfinished(false);
                setFocus((before) => before + 1);
              }}
            >
              Take it back
            </Button>
          </Group>
        </Alert>
      )}
    </Stack>
  );
}
