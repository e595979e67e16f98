import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import type { StickyType } from './elements.ts';

/** A note on the canvas, for people only. */
export const Sticky = memo(function Sticky({ data }: NodeProps<StickyType>) {
  return <div className="sticky">{data.text}</div>;
});
