import { Tabs } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { findKind } from '../../../../policies/compile.ts';
import { useEditing } from '../../../editing/editing-context.tsx';
import { useTrying } from '../../../trying/trying-context.tsx';
import { DefinitionPanel } from './definition-panel.tsx';
import { InspectedNode } from './inspector-node.tsx';
import { InspectedPolicy } from './inspector-policy.tsx';
import { InspectedSelection } from './inspector-selection.tsx';

type Tab = 'form' | 'definition' | 'whole';

/** A definition that cannot be taken yet: of a node, or of the whole policy. */
interface Unfinished {
  readonly tab: Tab;
  readonly selected: readonly string[];
}

/** What is selected: its settings as a form, or as its definition. A definition that is not right yet is not left. */
export function Inspector() {
  const [tab, setTab] = useState<Tab>('form');
  const [unfinished, setUnfinished] = useState<Unfinished | null>(null);
  const [attempts, setAttempts] = useState(0);
  const nodes = useEditing((state) => state.document.graph.nodes);
  const now = useEditing((state) => state.selected);
  const isThere = unfinished?.selected.every((id) => nodes.some((node) => node.id === id)) ?? false;
  const selected = unfinished && isThere ? unfinished.selected : now;
  const [first, ...more] = selected;
  const node = more.length === 0 ? nodes.find(({ id }) => id === first) : undefined;
  const shown = tab === 'definition' && !node ? 'form' : tab;
  const isHeld = unfinished !== null && isThere;
  const tried = (): void => setAttempts((before) => before + 1);
  const hold = useTrying((state) => state.hold);
  useEffect(() => {
    hold(isHeld ? () => setAttempts((before) => before + 1) : null);
  }, [hold, isHeld]);
  useBlocker({
    disabled: !isHeld,
    enableBeforeUnload: isHeld,
    shouldBlockFn: () => {
      tried();
      return true;
    },
  });
  const change = (next: string | null): void => {
    if (isHeld) tried();
    else if (next === 'form' || next === 'definition' || next === 'whole') setTab(next);
  };
  const panel = {
    attempts,
    onUnfinished: (is: boolean): void => setUnfinished(is ? { tab: shown, selected: node ? [node.id] : [] } : null),
  };
  return (
    <Tabs value={shown} onChange={change} keepMounted={false} variant="pills">
      <Tabs.List mb="md">
        <Tabs.Tab value="form" size="xs">
          {node ? (findKind(node.kind)?.title ?? 'Node') : selected.length > 0 ? 'Selection' : 'Policy'}
        </Tabs.Tab>
        {node ? <Tabs.Tab value="definition">Definition</Tabs.Tab> : null}
        <Tabs.Tab value="whole">Whole policy</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="form">
        {node ? (
          <InspectedNode key={node.id} node={node} />
        ) : selected.length > 0 ? (
          <InspectedSelection ids={selected} />
        ) : (
          <InspectedPolicy />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="definition">
        {node ? <DefinitionPanel key={node.id} node={node} {...panel} /> : null}
      </Tabs.Panel>
      <Tabs.Panel value="whole">
        <DefinitionPanel node={null} {...panel} />
      </Tabs.Panel>
    </Tabs>
  );
}
