import { z } from 'zod';
import { defineKind, field } from '../kind.ts';

/** What a parameter without a value is. */
const AS_ASKED = 'as the app asks';

const settings = z
  .strictObject({
    maxOutputTokens: field(
      z.int().min(1).max(1_000_000).optional(),
      'Longest answer',
      'In tokens. A smaller limit of the app stays.',
      { unit: 'tokens', empty: 'no limit' },
    ),
    temperature: field(z.number().min(0).max(2).optional(), 'Temperature', 'Replaces what the app sets.', {
      empty: AS_ASKED,
    }),
    topP: field(z.number().min(0).max(1).optional(), 'Top p', 'Replaces what the app sets.', { empty: AS_ASKED }),
    reasoningEffort: field(
      z.enum(['minimal', 'low', 'medium', 'high']).optional(),
      'Reasoning effort',
      'Replaces what the app sets.',
      { empty: AS_ASKED },
    ),
    instructions: field(
      z.string().min(1).max(20_000).optional(),
      'Instructions',
      'Put before the messages, as a system message.',
      { widget: 'long text', empty: 'none' },
    ),
    removeTools: field(z.boolean().default(false), 'Remove tools', 'The model is not offered any tool.'),
  })
  .refine(
    (value) =>
      value.removeTools || Object.entries(value).some(([name, one]) => name !== 'removeTools' && one !== undefined),
    'Set at least one limit.',
  );

export const limit = defineKind(
  {
    title: 'Limit',
    icon: 'ruler-measure',
    group: 'spend',
    summary: 'Caps the answer, sets parameters, adds instructions, removes tools.',
  },
  settings,
  { maxOutputTokens: 1000, removeTools: false },
  (value) => {
    const words: string[] = [];
    if (value.maxOutputTokens !== undefined)
      words.push(`at most ${value.maxOutputTokens.toLocaleString('en-US')} tokens of answer`);
    if (value.temperature !== undefined) words.push(`temperature ${value.temperature}`);
    if (value.topP !== undefined) words.push(`top p ${value.topP}`);
    if (value.reasoningEffort !== undefined) words.push(`${value.reasoningEffort} reasoning effort`);
    if (value.instructions !== undefined)
      words.push(`an instruction of ${value.instructions.length.toLocaleString('en-US')} characters is added`);
    if (value.removeTools) words.push('no tools');
    const said = words.join(', ');
    return {
      ports: [{ name: 'next', label: 'next' }],
      sentence: `${said.charAt(0).toUpperCase()}${said.slice(1)}.`,
      compile: () => (run) => {
        if (
          value.maxOutputTokens !== undefined &&
          (run.outputLimit === null || run.outputLimit > value.maxOutputTokens)
        ) {
          run.outputLimit = value.maxOutputTokens;
          run.outputLimitChanged = true;
        }
        if (value.temperature !== undefined) run.parameters.temperature = value.temperature;
        if (value.topP !== undefined) run.parameters.top_p = value.topP;
        if (value.reasoningEffort !== undefined) run.parameters.reasoning_effort = value.reasoningEffort;
        if (value.instructions !== undefined) run.instructions.push(value.instructions);
        if (value.removeTools) run.toolsRemoved = true;
        run.changed();
        return { port: 'next', reason: `Set ${said}.` };
      },
    };
  },
);
