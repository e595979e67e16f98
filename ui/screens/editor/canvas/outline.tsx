import { type KeyboardEvent, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { Problem } from '../../../../policies/check.ts';
import { type OutlineItem, outline } from '../../../../policies/editing/outline.ts';
import { describeNode } from '../../../canvas/describe.ts';
import { iconOf } from '../../../canvas/icons.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useProblems } from '../../../editing/problems.ts';
import { useCanvas } from './canvas-context.tsx';

/** The drawing as a list in reading order: keys go through it, Enter selects the node on the canvas. */
export function Outline() {
  const graph = useDeferredValue(useEditing(({ document }) => document.graph));
  const problems = useProblems();
  const items = useMemo(() => outline(graph), [graph]);
  const [at, setAt] = useState(0);
  const { actions } = useCanvas();
  const tree = useRef<HTMLDivElement>(null);
  const current = Math.min(at, items.length - 1);
  const moveTo = (next: number): void => {
    if (next < 0 || next >= items.length) return;
    setAt(next);
    tree.current?.querySelectorAll<HTMLElement>('[role="treeitem"]')[next]?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const depth = items[current]?.depth ?? 0;
    const item = items[current];
    if (event.key === 'ArrowDown') moveTo(current + 1);
    else if (event.key === 'ArrowUp') moveTo(current - 1);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(items.length - 1);
    else if (event.key === 'ArrowRight' && (items[current + 1]?.depth ?? 0) > depth) moveTo(current + 1);
    else if (event.key === 'ArrowLeft') moveTo(items.findLastIndex((one, i) => i < current && one.depth < depth));
    else if (event.key === 'Enter' && item) actions.go([item.node.id]);
    else if (event.key === ' ' && item) actions.show([item.node.id]);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={tree}
      role="tree"
      aria-label="Nodes in the order in which requests meet them"
      className="outline"
      onKeyDown={press}
    >
      {items.map((item, i) => (
        <Line
          key={`${item.by?.from} ${item.by?.port} ${item.node.id}`}
          item={item}
          problems={problems.filter(({ node }) => node === item.node.id)}
          isCurrent={i === current}
          onChoose={() => {
            setAt(i);
            actions.show([item.node.id]);
          }}
        />
      ))}
    </div>
  );
}

interface Props {
  readonly item: OutlineItem;
  readonly problems: readonly Problem[];
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
}

function Line({ item: { node, depth, by, again, reached }, problems, isCurrent, onChoose }: Props) {
  const { house } = useEditor();
  const isSelected = useEditing(({ selected }) => selected.includes(node.id));
  const edges = useEditing(({ document }) => document.graph.edges);
  const { title, kind, icon, ports } = describeNode(node, edges, house.budgetNames);
  const Icon = iconOf(icon);
  const leads = new Set(edges.filter(({ from }) => from === node.id).map(({ port }) => port));
  const loose = ports.filter(({ name }) => !leads.has(name));
  const mustLead = loose.filter(({ ifLoose }) => ifLoose === undefined).map(({ label }) => label);
  const mayEnd = loose.flatMap(({ label, ifLoose }) => (ifLoose === undefined ? [] : [`${label}: ${ifLoose}`]));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys.
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isSelected}
      tabIndex={isCurrent ? 0 : -1}
      className="outline-line"
      style={{ paddingLeft: 8 + depth * 16 }}
      onClick={onChoose}
    >
      <span className="palette-icon">
        <Icon size={16} stroke={1.8} aria-hidden />
      </span>
      <span>
        {by ? <span className="outline-by">{by.label}: </span> : null}
        <strong>{title}</strong> <span className="outline-by">{kind}</span>
        {again ? <span className="outline-by">, see above</span> : null}
        {again || mayEnd.length === 0 ? null : <span className="outline-by"> {mayEnd.join(' ')}</span>}
        {again || mustLead.length === 0 ? null : (
          <span className="outline-loose"> Leads nowhere: {mustLead.join(', ')}.</span>
        )}
        {reached ? null : <span className="outline-loose"> No request comes here.</span>}
        {again || problems.length === 0 ? null : (
          <span className="outline-loose">
            {' '}
            {errors > 0 ? `${errors} to be mended.` : `${problems.length} worth a look.`}
          </span>
        )}
      </span>
    </div>
  );
}
