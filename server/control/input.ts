/** How the control plane reads what it is given: every value from outside passes one of these. */
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';

/** The name of a team, a project, a key or a budget. */
export const nameSchema = z.string().trim().min(1).max(120);

/** Why something is changed, in the words of the person who does it. */
export const reasonSchema = z.string().trim().min(1).max(1000);

/** An id or the name of something stored. */
export const idSchema = z.string().min(1).max(100);

/** A moment: milliseconds since 1970. */
export const momentSchema = z.int().min(0);

/** What is wrong with a value, in one sentence without its full stop: `field: what; other: what`. */
export function sayIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const field = issue.path.map(String).join('.');
      const message = issue.message.replace(/\.$/, '');
      return field === '' ? message : `${field}: ${message}`;
    })
    .join('; ');
}

/** Fits a value to a schema, or throws `invalid_input` with a sentence and the place of each problem. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SignalboxError('invalid_input', {
    why: sayIssues(parsed.error),
    issues: parsed.error.issues.map((issue) => ({ field: issue.path.map(String).join('.'), message: issue.message })),
  });
}
