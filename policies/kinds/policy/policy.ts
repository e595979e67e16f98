import { z } from 'zod';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  policy: field(z.string().min(1).max(120), 'Policy', 'Decides what happens from here on.', {
    widget: 'policy',
  }),
  version: field(
    z.int().min(1).max(1_000_000),
    'Version',
    'Requests go on in this version, also when the policy gets newer ones.',
    { widget: 'version', versionOf: 'policy' },
  ),
});

/** The port by which requests go over into the other policy; it has no edge on the drawing. */
export const INTO = 'into';

export const policy = defineKind(
  {
    title: 'Policy',
    icon: 'sitemap',
    group: 'answer',
    summary: 'Goes on in a version of another policy.',
  },
  settings,
  { policy: '', version: 1 },
  (continues) => ({
    ports: [],
    sentence: `Goes on in “${continues.policy}”, version ${continues.version}.`,
    continues,
    compile: () => {
      const step = { port: INTO, reason: `Goes on in version ${continues.version} of another policy.` };
      return () => step;
    },
  }),
);
