/** What somebody else has made of a thing in the meantime. */
import type { z } from 'zod';
import { ApiError } from './client.ts';

/** The thing as it is now, where that is why a change was refused; null for any other error. */
export function currentIn<T>(error: Error, schema: z.ZodType<T>): T | null {
  if (!(error instanceof ApiError) || error.code !== 'conflict') return null;
  const { details } = error;
  const current = typeof details === 'object' && details !== null && 'current' in details ? details.current : null;
  return schema.safeParse(current).data ?? null;
}
