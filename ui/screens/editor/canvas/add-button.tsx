import { IconPlus } from '@tabler/icons-react';
import type { CSSProperties, MouseEvent } from 'react';
import type { Where } from '../../../../policies/editing/add.ts';
import { useCanvas } from './canvas-context.tsx';

interface Props {
  readonly label: string;
  readonly where: Where;
  readonly className: string;
  readonly style?: CSSProperties;
}

/** Opens the box to add a node at this place. */
export function AddButton({ label, where, className, style }: Props) {
  const { actions } = useCanvas();
  const open = (event: MouseEvent<HTMLButtonElement>): void => {
    event.stopPropagation();
    const { right, bottom } = event.currentTarget.getBoundingClientRect();
    actions.openQuickAdd(where, { x: right, y: bottom });
  };
  return (
    <button
      type="button"
      className={`add-button nodrag nopan ${className}`}
      style={style}
      aria-label={label}
      title={label}
      onClick={open}
    >
      <IconPlus size={13} stroke={2.6} aria-hidden />
    </button>
  );
}
