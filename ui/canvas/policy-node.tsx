import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import type { PolicyNodeType } from './elements.ts';
import { portOffset } from './geometry.ts';
import { iconOf } from './icons.ts';

/** A node: icon and title, what it does in its own sentence, and its ports by name on the right. */
export const PolicyNode = memo(function PolicyNode({ data }: NodeProps<PolicyNodeType>) {
  const { words, note, light, steps, litPorts, connected } = data;
  const Icon = iconOf(words.icon);
  const isStart = words.group === 'start';
  return (
    <div className={`node node-${light}`} data-group={words.group} title={note ?? words.sentence}>
      {isStart ? null : (
        <Handle type="target" position={Position.Left} isConnectable={false} style={{ top: portOffset(0) }} />
      )}
      <div className="node-head">
        <span className="node-icon">
          <Icon size={18} stroke={1.8} aria-hidden />
        </span>
        <span className="node-title">{words.title}</span>
        {steps.length > 0 ? <span className="node-step">{steps.join(', ')}</span> : null}
      </div>
      <div className="node-body">
        <p className="node-sentence">{words.sentence}</p>
        {words.ports.length > 0 ? (
          <ul className="node-ports">
            {words.ports.map(({ name, label }) => (
              <li key={name} data-lit={litPorts.has(name)}>
                {label}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {words.ports.map(({ name }, i) => (
        <Handle
          key={name}
          id={name}
          type="source"
          position={Position.Right}
          isConnectable={false}
          style={{ top: portOffset(i) }}
          className={connected.has(name) ? undefined : 'loose'}
        />
      ))}
    </div>
  );
});
