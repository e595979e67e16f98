import { z } from 'zod';
import { detectors } from '../../text/detectors/index.ts';
import { patternProblem } from '../../text/detectors/pattern.ts';
import { REDACTION_ACTIONS } from '../../text/redact.ts';
import { ask, defineKind, field, type Step } from '../kind.ts';

const action = field(z.enum(REDACTION_ACTIONS), 'What happens to it', '', {
  words: {
    mask: 'Masked for good',
    placeholder: 'Replaced, and put back in the answer',
    hash: 'Replaced by a code for the value',
    report: 'Left as it is, and reported',
  },
});
const name = field(
  z.string().regex(/^[a-z][a-z0-9_]{0,23}$/, 'Name it with small letters, digits or "_"; at most 24.'),
  'Name',
  'What a finding is called.',
  { widget: 'name' },
);

const detect = field(z.enum(detectors.map((detector) => detector.name) as [string, ...string[]]), 'What to find', '', {
  words: {
    email: 'E-mail addresses',
    phone: 'Phone numbers',
    card: 'Card numbers',
    iban: 'Bank accounts (IBAN)',
    ssn: 'US social security numbers',
    ip: 'IP addresses',
    secret: 'Passwords, keys and tokens',
  },
});
const pattern = field(
  z
    .string()
    .min(1)
    .max(1000)
    .superRefine((value, ctx) => {
      const problem = patternProblem(value);
      if (problem) ctx.addIssue({ code: 'custom', message: problem });
    }),
  'Pattern',
  'A regular expression, such as PRJ-\\d{4}.',
  { widget: 'pattern' },
);
const words = field(z.array(z.string().trim().min(1).max(100)).min(1).max(5000), 'Words', 'Found as whole words.', {
  entry: 'word',
});

const rule = z.union([
  z.strictObject({ detect, action }).meta({ title: 'Built-in detector' }),
  z.strictObject({ name, pattern, action }).meta({ title: 'Pattern of your own' }),
  z.strictObject({ name, words, action }).meta({ title: 'List of words' }),
]);

const settings = z.strictObject({
  rules: field(
    z.array(rule).min(1).max(60),
    'What to find',
    'Detectors, patterns and word lists, each with what happens to a finding.',
    { entry: 'rule' },
  ),
  ifUnavailable: field(
    z.enum(['refuse', 'continue']).default('refuse'),
    'If it fails',
    'What happens when a detector fails: refuse the request, or let it go on as it is.',
    { words: { refuse: 'Refuse', continue: 'Let it go on' } },
  ),
});

/** Whatever the drawing says of a detector that fails: who sends tokens could get around every one of them. */
const UNREADABLE: Step = {
  end: {
    type: 'block',
    status: 400,
    message:
      'This policy takes private data out of texts, and the request holds tokens in their place, which nobody can look into. Send the texts themselves.',
  },
  reason: 'The request holds tokens in place of texts, which cannot be looked into.',
};

const SAY = { mask: 'masks', placeholder: 'replaces', hash: 'hashes', report: 'reports' } as const;

export const redact = defineKind(
  {
    title: 'Redact',
    icon: 'eraser',
    group: 'protect',
    summary: 'Finds personal data and secrets, and takes them out.',
  },
  settings,
  { rules: [{ detect: 'email', action: 'placeholder' }], ifUnavailable: 'refuse' },
  ({ rules, ifUnavailable }) => ({
    ports: [
      { name: 'clean', label: 'clean' },
      { name: 'found', label: 'found' },
    ],
    sentence: REDACTION_ACTIONS.flatMap((one) => {
      const names = rules
        .filter((item) => item.action === one)
        .map((item) => ('detect' in item ? item.detect : item.name));
      return names.length > 0 ? [`${SAY[one]} ${names.join(', ')}`] : [];
    })
      .join('; ')
      .replace(/^./, (first) => first.toUpperCase())
      .concat('.'),
    compile: ({ node }) => {
      const need = { type: 'redact', node, rules, ifUnavailable } as const;
      return () =>
        ask<'redact'>(need, (result) => {
          if (result.unreadable) return UNREADABLE;
          const types = Object.keys(result.found);
          const count = types.reduce((sum, type) => sum + (result.found[type] ?? 0), 0);
          const provides = { 'redactions.count': count, 'redactions.types': types };
          if (result.failed)
            return { port: 'clean', reason: 'A detector failed, and the drawing lets the request go on.', provides };
          if (count === 0) return { port: 'clean', reason: 'Nothing was found.', provides };
          return {
            port: 'found',
            reason: `Found ${types.map((type) => `${result.found[type]} ${type}`).join(', ')}.`,
            provides,
          };
        });
    },
  }),
);
