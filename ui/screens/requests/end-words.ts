/** How requests end, in words. */
import type { RequestRecord } from '../../api/records.ts';
import type { Outcome } from '../../api/replay.ts';
import { STATUS_WORDS } from '../../app/status-words.ts';

/** How a record says that its request ended: "sandbox/small answered". Of a count of tokens, that it was one. */
export function sayRecordedEnd({ model, status }: Pick<RequestRecord, 'model' | 'status'>): string {
  return model === null || status === 'counted' ? STATUS_WORDS[status] : `${model} answered`;
}

/** How a request ends by a version: "sandbox/small answers". */
export function sayEnd(outcome: Outcome): string {
  switch (outcome.type) {
    case 'model':
      return `${outcome.model} answers`;
    case 'block':
      return `Refused: ${outcome.message}`;
    case 'answer':
      return 'The policy answers with a fixed text';
    case 'cached':
      return 'A kept answer is given again';
    case 'project':
      return 'The policy of the project goes on';
    case 'unfinished':
      return 'The way ends where nothing is connected';
  }
}
