import type { Path } from './paths.ts';
import type { Slot } from './shape.ts';

/** What every widget is given. */
export interface FieldProps {
  readonly slot: Slot;
  /** As it is in the document; it may not fit yet. */
  readonly value: unknown;
  readonly path: Path;
  /** What it is called here, such as "Model 2" in a list. */
  readonly title: string;
  /** Whether the title stands above it; screen readers hear it in any case. */
  readonly isTitled: boolean;
  /** The other entries, where this is in a list; of a version, the policy that it is one of. */
  readonly besides: readonly unknown[];
}
