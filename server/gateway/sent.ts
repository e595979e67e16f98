/** What a call to a model sends out of the house, for its record. */
import type { Model } from '../../policies/model.ts';
import type { Run } from '../../policies/run.ts';
import type { UpstreamError } from '../providers/provider.ts';
import type { Sent } from '../records/record.ts';

/** How a call goes out that is made now. */
export const sentOf = ({ region, leavesHouse }: Model, { protection }: Run): Sent => ({
  region: region ?? null,
  leavesHouse,
  protection,
});

/** Whether surely nothing went out: the vendor has said nothing, and cannot charge for it. */
export const isUnsent = ({ status, billed }: UpstreamError): boolean => status === null && billed === 'no';
