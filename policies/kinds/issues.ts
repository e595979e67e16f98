/** What is wrong with settings, in words for people who fill in forms. */
import { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The same error with each issue at its innermost place and in plain words; words that a schema has of its own stay. */
export function plainError(error: z.ZodError): z.ZodError {
  return new z.ZodError(error.issues.flatMap((issue) => plain(issue, [])));
}

function plain(issue: Issue, before: readonly PropertyKey[]): Issue[] {
  const path = [...before, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return meant(issue.errors).flatMap((inner) => plain(inner, path));
  }
  if (issue.code === 'invalid_key') return issue.issues.flatMap((inner) => plain(inner, path));
  return [{ ...issue, path, message: words(issue) }];
}

/** The shape that was meant, of several that do not fit: the one with the fewest signs of being another shape altogether. */
function meant(shapes: readonly Issue[][]): readonly Issue[] {
  const strangeness = (issues: readonly Issue[]): number =>
    issues.reduce((sum, one) => sum + (one.code === 'unrecognized_keys' ? 2 : isMissing(one) ? 1 : 0), 0);
  return [...shapes].sort((a, b) => strangeness(a) - strangeness(b))[0] ?? [];
}

const isMissing = (issue: Issue): boolean =>
  (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) ||
  (issue.code === 'invalid_union' && issue.errors.length === 0);

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
};

function words(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return isMissing(issue) ? 'This is missing.' : `This has to be ${NAMES[issue.expected] ?? issue.expected}.`;
    case 'invalid_value':
      return `Choose one of: ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      if (issue.origin === 'string')
        return issue.minimum === 1 ? 'This is empty.' : `At least ${issue.minimum} characters.`;
      if (issue.origin === 'array')
        return issue.minimum === 1 ? 'Add at least one.' : `At least ${issue.minimum} of them.`;
      return issue.inclusive ? `It has to be at least ${issue.minimum}.` : `It has to be more than ${issue.minimum}.`;
    case 'too_big':
      if (issue.origin === 'string') return `At most ${issue.maximum} characters.`;
      if (issue.origin === 'array') return `At most ${issue.maximum} of them.`;
      return issue.inclusive ? `It can be at most ${issue.maximum}.` : `It has to be less than ${issue.maximum}.`;
    case 'unrecognized_keys':
      return `There is no setting named ${issue.keys.map((key) => `“${key}”`).join(', ')} here.`;
    case 'invalid_union':
      return 'There is no choice of that name.';
    default:
      return issue.message;
  }
}
