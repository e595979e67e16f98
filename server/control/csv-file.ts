/** A table as the file that a route answers. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { answeredFileSchema } from './route.ts';

export const csvFile = (name: string, text: string): z.input<typeof answeredFileSchema> => ({
  name,
  type: 'text/csv',
  text,
  digest: createHash('sha256').update(text).digest('hex'),
});
