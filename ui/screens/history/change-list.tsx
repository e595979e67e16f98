import './changes.css';
import { useEffect, useRef } from 'react';
import type { Change } from '../../../policies/diff.ts';

/** What tells the kinds of changes apart besides their words. */
const SIGNS: Readonly<
  Record<Change['kind'], { readonly sign: string; readonly mark: 'added' | 'removed' | 'changed' }>
> = {
  'node added': { sign: '+', mark: 'added' },
  connected: { sign: '+', mark: 'added' },
  'node removed': { sign: '−', mark: 'removed' },
  disconnected: { sign: '−', mark: 'removed' },
  'kind changed': { sign: '≠', mark: 'changed' },
  renamed: { sign: '≠', mark: 'changed' },
  'note changed': { sign: '≠', mark: 'changed' },
  'setting changed': { sign: '≠', mark: 'changed' },
  'led elsewhere': { sign: '≠', mark: 'changed' },
};

interface Props {
  readonly changes: readonly Change[];
  /** Place in the list of the one that is looked at. */
  readonly chosen?: number | null;
  /** Makes each of them a button. */
  readonly onChoose?: (index: number) => void;
}

/** What has changed, one sentence each, in the order in which requests meet it. */
export function ChangeList({ changes, chosen = null, onChoose }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (chosen === null) return;
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <ul className="changes" ref={list} aria-label="What changes">
      {changes.map(({ kind, words }, i) => {
        const { sign, mark } = SIGNS[kind];
        const inside = (
          <>
            <span className="change-sign" data-mark={mark} aria-hidden="true">
              {sign}
            </span>
            <span>{words}</span>
          </>
        );
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences can be the same twice, and the list is made anew as a whole
          <li key={i}>
            {onChoose ? (
              <button
                type="button"
                className="change"
                aria-current={chosen === i ? 'true' : undefined}
                onClick={() => onChoose(i)}
              >
                {inside}
              </button>
            ) : (
              <div className="change">{inside}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
