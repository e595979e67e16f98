import './before.css';
import type { NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { TextLink } from '../app/text-link.tsx';
import { plural } from '../app/words.ts';
import type { BeforeNodeType } from './before.ts';
import { iconOf } from './icons.ts';

/** The organisation's own policy before a drawing: greyed, since it is changed elsewhere. */
export const BeforeCard = memo(function BeforeCard({ data }: NodeProps<BeforeNodeType>) {
  const { policy, title, version, nodes, more, gap, isLit, isWay } = data;
  return (
    <div className="before" data-lit={isLit} data-way={isWay}>
      <div className="before-head">
        <span>Runs before this policy</span>
        <TextLink
          to="/policies/$policy"
          params={{ policy }}
          className="before-link nodrag nopan"
          tabIndex={-1}
          title={`Version ${version}, set by the organisation`}
        >
          {title}
        </TextLink>
      </div>
      <ul className="before-nodes">
        {nodes.map(({ id, icon, title: words, sentence, steps }) => {
          const Icon = iconOf(icon);
          return (
            <li key={id} title={sentence}>
              <Icon size={16} stroke={1.8} aria-hidden />
              <span className="before-words">
                <span className="before-title">{words}</span>
                <span className="before-sentence">{sentence}</span>
              </span>
              {steps.length > 0 ? <span className="before-step">{steps.join(', ')}</span> : null}
            </li>
          );
        })}
      </ul>
      {more > 0 ? <p className="before-more">and {plural(more, 'more node', 'more nodes')}</p> : null}
      {gap === null ? null : <span className="before-way" style={{ width: gap }} aria-hidden />}
    </div>
  );
});
