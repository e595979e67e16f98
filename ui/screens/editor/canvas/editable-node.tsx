import { Handle, type NodeProps, Position } from '@xyflow/react';
import { type MouseEvent, memo, useEffect, useRef } from 'react';
import type { Port } from '../../../../policies/kinds/kind.ts';
import type { PolicyNodeType } from '../../../canvas/elements.ts';
import { portOffset } from '../../../canvas/geometry.ts';
import { NodeFrame } from '../../../canvas/policy-node.tsx';
import { useEditor } from '../../../editing/editing-context.tsx';
import { AddButton } from './add-button.tsx';
import { useCanvas, useCanvasPart } from './canvas-context.tsx';
import { TitleField } from './title-field.tsx';

/** A node that can be connected and renamed where it stands. */
export const EditableNode = memo(function EditableNode({ id, data }: NodeProps<PolicyNodeType>) {
  const { mayChange } = useEditor();
  const { canvas } = useCanvas();
  const isWriting = useCanvasPart(({ writing }) => writing === id);
  const isRefused = useCanvasPart(({ connecting }) => connecting?.refused.has(id) === true && connecting.from !== id);
  const takesFocus = useCanvasPart(({ focus }) => focus === id);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    frame.current?.closest<HTMLElement>('.react-flow__node')?.focus({ preventScroll: true });
    canvas.setState({ focus: null });
  }, [takesFocus, canvas]);
  return (
    <div ref={frame} className="node-room">
      <NodeFrame
        data={data}
        className={isRefused ? 'node-refused' : ''}
        title={isWriting ? <TitleField id={id} title={data.words.title} /> : undefined}
        entrance={
          <Handle
            type="target"
            position={Position.Left}
            isConnectableStart={false}
            isConnectable={mayChange}
            style={{ top: portOffset(0) }}
          />
        }
        exit={(port, i) => (
          <Exit key={port.name} id={id} port={port} index={i} isLoose={!data.connected.includes(port.name)} />
        )}
      />
    </div>
  );
});

interface ExitProps {
  readonly id: string;
  readonly port: Port;
  readonly index: number;
  readonly isLoose: boolean;
}

/** A port: it is dragged to a node, or clicked before one. One that leads nowhere has a button for what comes next. */
function Exit({ id, port, index, isLoose }: ExitProps) {
  const { mayChange } = useEditor();
  const { actions } = useCanvas();
  const isChosen = useCanvasPart(({ connecting }) => connecting?.from === id && connecting.port === port.name);
  const choose = (event: MouseEvent): void => {
    event.stopPropagation();
    if (isChosen) actions.stopConnecting();
    else actions.startConnecting(id, port.name, true);
  };
  return (
    <>
      <Handle
        id={port.name}
        type="source"
        position={Position.Right}
        isConnectable={mayChange}
        isConnectableEnd={false}
        style={{ top: portOffset(index) }}
        className={`${isLoose ? 'loose' : ''} ${isChosen ? 'chosen' : ''}`}
        {...(mayChange ? { onClick: choose } : {})}
      />
      {isLoose && mayChange ? (
        <AddButton
          className="port-add"
          style={{ top: portOffset(index) }}
          label={`Add what comes after “${port.label}”`}
          where={{ from: id, port: port.name }}
        />
      ) : null}
    </>
  );
}
