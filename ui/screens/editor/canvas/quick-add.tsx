import { Portal } from '@mantine/core';
import { useClickOutside, useFocusTrap, useMergedRef } from '@mantine/hooks';
import { type KeyboardEvent, type Ref, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Where } from '../../../../policies/editing/add.ts';
import { targetsFor } from '../../../../policies/editing/connect.ts';
import { portsOf } from '../../../../policies/editing/ports.ts';
import type { Graph } from '../../../../policies/graph.ts';
import type { Point } from '../../../canvas/geometry.ts';
import { iconOf } from '../../../canvas/icons.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { focusAtOnce } from '../../../form/focus-at-once.ts';
import { useCanvas, useCanvasPart } from './canvas-context.tsx';
import { nameOf } from './canvas-names.ts';
import { kindChoices, meant } from './kind-choices.ts';

/** The box to add a node with, while it is open. */
export function QuickAdd() {
  const adding = useCanvasPart((state) => state.adding);
  return adding ? <Box key={JSON.stringify(adding)} where={adding.where} at={adding.at} /> : null;
}

interface Option {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly icon: string;
  readonly choose: () => void;
}

/** Keeps the box within the window. */
const WIDTH = 320;
const HEIGHT = 380;
const EDGE = 8;

function Box({ where: wish, at }: { readonly where: Where; readonly at: Point }) {
  const { actions } = useCanvas();
  const { editing } = useEditor();
  const { graph } = editing.getState().document;
  const [typed, setTyped] = useState('');
  const [port, setPort] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const list = useId();
  const chosen = useRef<HTMLDivElement>(null);
  const close = (): void => actions.closeQuickAdd();
  const box = useMergedRef(useClickOutside(close), useFocusTrap());
  const ports = 'after' in wish ? portsLeaving(graph, wish.after) : [];
  const where: Where = port !== null && 'after' in wish ? { from: wish.after, port } : wish;
  const choices = useMemo(() => kindChoices(graph).filter(({ refusal }) => refusal === null), [graph]);
  const kindOptions = meant(choices, typed).map(({ name, kind }): Option => {
    const choose = (): void => void actions.add(name, where);
    return { id: name, title: kind.title, detail: kind.summary, icon: kind.icon, choose };
  });
  const options = [...kindOptions, ...leadOptions(graph, where, typed, actions.lead)];
  const current = Math.min(active, options.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the option that is scrolled to is another one then.
  useLayoutEffect(() => chosen.current?.scrollIntoView({ block: 'nearest' }), [current]);
  const choose = (option: Option | undefined): void => {
    if (!option) return;
    close();
    option.choose();
  };
  const press = (event: KeyboardEvent): void => {
    const { length } = options;
    const moves: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1 + length };
    const next = moves[event.key];
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter') choose(options[current]);
    else if (next !== undefined && length > 0) setActive(next % length);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const left = Math.max(EDGE, Math.min(at.x, window.innerWidth - WIDTH - EDGE));
  const top = Math.max(EDGE, Math.min(at.y, window.innerHeight - HEIGHT - EDGE));
  return (
    <Portal>
      <div
        ref={box}
        role="dialog"
        aria-label="Add a node"
        className="quick-add"
        style={{ left, top, width: WIDTH, maxHeight: HEIGHT }}
      >
        <input
          ref={focusAtOnce}
          role="combobox"
          data-autofocus
          aria-label="What to add"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={options[current] ? `${list}-${current}` : undefined}
          placeholder="Type what to add"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={press}
        />
        {ports.length > 1 ? (
          <label className="quick-add-port">
            Behind
            <select
              value={port ?? ''}
              onChange={(event) => setPort(event.currentTarget.value || null)}
              onKeyDown={(event) => (event.key === 'Escape' ? close() : undefined)}
            >
              <option value="">the first way that is free</option>
              {ports.map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <div id={list} role="listbox" aria-label="Nodes" className="quick-add-list">
          {options.map((option, i) => (
            <OptionLine
              key={option.id}
              id={`${list}-${i}`}
              option={option}
              isActive={i === current}
              line={i === current ? chosen : null}
              onChoose={() => choose(option)}
            />
          ))}
        </div>
        {options.length === 0 ? (
          <p className="palette-none">Nothing is called that. Try another word, such as “model”.</p>
        ) : null}
      </div>
    </Portal>
  );
}

interface LineProps {
  readonly id: string;
  readonly option: Option;
  readonly isActive: boolean;
  readonly line: Ref<HTMLDivElement>;
  readonly onChoose: () => void;
}

function OptionLine({ id, option, isActive, line, onChoose }: LineProps) {
  const Icon = iconOf(option.icon);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and its keys choose.
    <div ref={line} id={id} role="option" aria-selected={isActive} onClick={onChoose} tabIndex={-1}>
      <Icon size={18} stroke={1.8} aria-hidden />
      <span>
        {option.title}
        <small>{option.detail}</small>
      </span>
    </div>
  );
}

function portsLeaving(graph: Graph, id: string) {
  const node = graph.nodes.find((one) => one.id === id);
  return (node && portsOf(node)) ?? [];
}

/** Nodes that are there already and that the port could lead to. */
function leadOptions(
  graph: Graph,
  where: Where,
  typed: string,
  lead: (from: string, port: string, to: string) => void,
): Option[] {
  const start = 'port' in where ? where : null;
  if (!start) return [];
  const drawing = { graph, layout: { positions: {}, stickies: [] } };
  return targetsFor(graph, start.from, start.port).flatMap((target): Option[] => {
    const title = `Lead to ${nameOf(drawing, target.node.id)}`;
    if (!target.ok || !title.toLowerCase().includes(typed.toLowerCase())) return [];
    const choose = (): void => lead(start.from, start.port, target.node.id);
    return [{ id: `to ${target.node.id}`, title, detail: 'A node that is there', icon: 'login-2', choose }];
  });
}
