import type { Path } from './paths.ts';

/** What every part of a condition is given. */
export interface PartProps {
  /** The piece of the document. */
  readonly raw: unknown;
  readonly path: Path;
  /** For screen readers, such as "Part 2". */
  readonly name: string;
  /** Groups around it. */
  readonly depth: number;
}
