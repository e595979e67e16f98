import type { FlagColor } from './flag-words.ts';

/** A few words on a coloured ground, beside what they are about. */
export function FlagMark({ color, children }: { readonly color: FlagColor; readonly children: string }) {
  return <span className={`audit-flag audit-flag-${color}`}>{children}</span>;
}
