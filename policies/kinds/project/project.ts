import { z } from 'zod';
import { defineKind } from '../kind.ts';
import { INTO } from '../policy/policy.ts';

export const project = defineKind(
  {
    title: 'Project’s own policy',
    icon: 'door-exit',
    group: 'answer',
    summary:
      'Goes on with the policy of the request’s project. For the organisation’s own policy, which runs before all.',
  },
  z.strictObject({}),
  {},
  () => ({
    ports: [],
    sentence: 'Goes on with the policy of the request’s project.',
    leavesToProject: true,
    compile: ({ projectFollows }) => {
      const onward = { port: INTO, reason: 'Goes on with the policy of the project.' };
      const alone = {
        end: { type: 'project' } as const,
        reason: 'Here the policy of the request’s project goes on.',
      };
      const step = projectFollows ? onward : alone;
      return () => step;
    },
  }),
);
