import type { SignalboxError } from '../errors.ts';

/** Details of an error that an app can act on without reading the sentence. */
const NAMES = ['budget', 'scope', 'limit', 'spent', 'used', 'held', 'amount', 'resets_at', 'owner', 'link'];

export function errorDetails(error: SignalboxError): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const name of NAMES) if (error.details[name] !== undefined) details[name] = error.details[name];
  return details;
}
