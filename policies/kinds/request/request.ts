import { z } from 'zod';
import { timeZoneSchema } from '../../budget.ts';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  timeZone: field(timeZoneSchema.default('UTC'), 'Time zone', 'In which times of day and weekdays are read.', {
    widget: 'timezone',
  }),
});

export const request = defineKind(
  { title: 'Request', icon: 'login-2', group: 'start', summary: 'Where every request enters.' },
  settings,
  { timeZone: 'UTC' },
  ({ timeZone }) => ({
    ports: [{ name: 'next', label: 'next' }],
    sentence:
      timeZone === 'UTC' ? 'Every request enters here.' : `Every request enters here; times are read in ${timeZone}.`,
    compile: () => (run) => {
      run.timeZone = timeZone;
      return { port: 'next', reason: 'The request entered.' };
    },
  }),
);
