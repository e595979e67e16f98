import { z } from 'zod';
import { compileCondition, conditionSchema, sayCondition } from '../../condition.ts';
import { defineKind, field } from '../kind.ts';

const matchCase = z.strictObject({
  port: field(
    z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'A case is named with small letters, digits, "_" or "-".')
      .refine((name) => name !== 'else', '“else” is the way of requests that no case takes; name the case otherwise.'),
    'Name',
    'Stands in the path of each request.',
    { widget: 'name', madeFrom: 'label' },
  ),
  label: field(z.string().max(60), 'Label', 'Stands on the drawing.'),
  when: field(conditionSchema, 'When', 'What has to be true of a request that takes this case.', {
    widget: 'condition',
  }),
});

const settings = z.strictObject({
  cases: field(
    z
      .array(matchCase)
      .min(1)
      .max(30)
      .refine((cases) => new Set(cases.map((one) => one.port)).size === cases.length, 'Two cases have the same name.'),
    'Cases',
    'The first case whose condition holds is taken.',
    { entry: 'case' },
  ),
});

export const match = defineKind(
  { title: 'Match', icon: 'arrows-split-2', group: 'decide', summary: 'Takes the first case whose condition holds.' },
  settings,
  { cases: [{ port: 'yes', label: 'yes', when: { fact: 'team', operator: 'exists', value: true } }] },
  ({ cases }) => ({
    ports: [...cases.map(({ port, label }) => ({ name: port, label: label || port })), { name: 'else', label: 'else' }],
    sentence: cases.map(({ port, label, when }) => `${label || port}: ${sayCondition(when)}`).join('; '),
    conditions: cases.map(({ port, when }, i) => ({ field: `cases.${i}.when`, port, condition: when })),
    compile: () => {
      const compiled = cases.map(({ port, label, when }) => ({
        holds: compileCondition(when),
        step: { port, reason: `Case ${label || port} holds: ${sayCondition(when)}.` },
      }));
      const otherwise = { port: 'else', reason: 'No case holds.' };
      return (run) => {
        for (const { holds, step } of compiled) if (holds(run)) return step;
        return otherwise;
      };
    },
  }),
);
