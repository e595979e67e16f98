import { IconMessage } from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import type { Port } from '../../policies/kinds/kind.ts';
import type { Mark, PolicyNodeData, PolicyNodeType } from './elements.ts';
import { portOffset } from './geometry.ts';
import { iconOf } from './icons.ts';

/** A sign besides the colour. */
const SIGNS: Readonly<Record<Mark, { readonly sign: string; readonly words: string }>> = {
  added: { sign: '+', words: 'Added' },
  removed: { sign: '−', words: 'Removed' },
  changed: { sign: '≠', words: 'Changed' },
};

interface Props {
  readonly data: PolicyNodeData;
  readonly className?: string | undefined;
  /** In place of the title, while it is changed. */
  readonly title?: ReactNode;
  readonly entrance: ReactNode;
  readonly exit: (port: Port, index: number) => ReactNode;
}

/** What a node looks like: icon and title, what it does in its own sentence, and its ports by name on the right. */
export function NodeFrame({ data, className = '', title, entrance, exit }: Props) {
  const { words, note, light, steps, litPorts, problems, traffic, comments, mark } = data;
  const Icon = iconOf(words.icon);
  const worst = problems[0]?.severity;
  return (
    <div
      className={`node node-${light} ${mark ? `node-${mark}` : ''} ${className}`}
      data-group={words.group}
      title={note ?? words.sentence}
    >
      {words.group === 'start' ? null : entrance}
      <div className="node-head">
        <span className="node-icon">
          <Icon size={18} stroke={1.8} aria-hidden />
        </span>
        {title ?? <span className="node-title">{words.title}</span>}
        {mark ? (
          <span className="node-mark" title={SIGNS[mark].words}>
            {SIGNS[mark].sign}
          </span>
        ) : null}
        {worst ? (
          <span className="node-problem" data-severity={worst} title={problems.map((one) => one.message).join('\n')}>
            {worst === 'error' ? '!' : 'i'}
          </span>
        ) : null}
        {comments > 0 ? (
          <span className="node-comments" title="Comments that are not settled">
            <IconMessage size={14} aria-hidden />
            {comments}
          </span>
        ) : null}
        {steps.length > 0 ? <span className="node-step">{steps.join(', ')}</span> : null}
        {traffic === undefined ? null : <span className="node-traffic">{traffic}</span>}
      </div>
      <div className="node-body">
        <p className="node-sentence">{words.sentence}</p>
        {words.ports.length > 0 ? (
          <ul className="node-ports">
            {words.ports.map(({ name, label }) => (
              <li key={name} data-lit={litPorts.includes(name)}>
                {label}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {words.ports.map(exit)}
    </div>
  );
}

/** A node to be looked at. */
export const PolicyNode = memo(function PolicyNode({ data }: NodeProps<PolicyNodeType>) {
  return (
    <NodeFrame
      data={data}
      entrance={<Handle type="target" position={Position.Left} isConnectable={false} style={{ top: portOffset(0) }} />}
      exit={({ name }, i) => (
        <Handle
          key={name}
          id={name}
          type="source"
          position={Position.Right}
          isConnectable={false}
          style={{ top: portOffset(i) }}
          className={data.connected.includes(name) ? undefined : 'loose'}
        />
      )}
    />
  );
});
