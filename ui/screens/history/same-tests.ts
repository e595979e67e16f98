import { canonical } from '../../../policies/diff-settings.ts';
import type { PolicyTest } from '../../../policies/policy-test.ts';

/** Whether two lists of tests expect the same of the same requests, in the same order. */
export const sameTests = (a: readonly PolicyTest[], b: readonly PolicyTest[]): boolean => canonical(a) === canonical(b);
