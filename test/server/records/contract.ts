import { describe } from 'vitest';
import { keepsFeedback } from './contract/feedback.ts';
import { type OpenStore, openRecords } from './contract/house.ts';
import { findsRecords } from './contract/reading.ts';
import { sumsSpend } from './contract/spend.ts';
import { keepsRecords } from './contract/writing.ts';

/** What every record store promises. */
export function recordStoreContract(name: string, open: OpenStore): void {
  describe(`records in ${name}`, () => {
    openRecords(open);
    keepsRecords();
    sumsSpend();
    findsRecords();
    keepsFeedback();
  });
}
