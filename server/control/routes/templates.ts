/** Templates: policies that come with the program, to begin one of one's own with. */
import { z } from 'zod';
import { graphSchema, layoutSchema } from '../../../policies/graph.ts';
import { defineRoute, type Route } from '../route.ts';
import { shippedPolicies } from '../shipped.ts';

const template = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    graph: graphSchema.meta({ description: 'Its nodes name budgets by keys of the template.' }),
    layout: layoutSchema,
  })
  .meta({ id: 'Template' });

export const templateRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/templates',
    may: 'read house',
    tag: 'Policies',
    summary: 'The templates that a policy can be made from.',
    status: 200,
    response: z.object({ templates: z.array(template) }),
    handle: async () => ({ templates: await shippedPolicies() }),
  }),
];
