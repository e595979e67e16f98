/** The variants of a split beside each other. */
import { z } from 'zod';
import { SignalboxError } from '../../errors.ts';
import { idSchema } from '../input.ts';
import { findPolicy } from '../policies.ts';
import { defineRoute, type Route } from '../route.ts';
import { compareVariants, variantSchema } from '../variants.ts';

const moment = z.coerce.number().int().min(0);

export const variantRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/variants',
    may: 'read usage',
    placed: 'policy',
    tag: 'Policies',
    summary: 'What became of the requests that took each variant of a split, in all versions that had it.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ policy: idSchema }),
    query: z.strictObject({
      // Within another policy it stands behind the nodes that lead there.
      node: z.string().regex(/^[A-Za-z0-9_/-]{1,400}$/, 'This is not the id of a node.'),
      from: moment.meta({ description: 'Milliseconds since 1970, inclusive.' }),
      to: moment.meta({ description: 'Milliseconds since 1970, exclusive.' }),
    }),
    response: z.object({
      variants: z.array(variantSchema),
      read: z.int().meta({ description: 'Requests of the policy that were read.' }),
      isWhole: z.boolean().meta({ description: 'False where there are more: then the newest were read.' }),
    }),
    handle: async ({ params: { policy }, query }, { control, deps, actor }) => {
      const { organisation } = actor;
      await findPolicy(control.db, organisation, policy);
      if (query.from >= query.to)
        throw new SignalboxError('invalid_input', { why: 'The time has to end after it begins' });
      return compareVariants(deps.records, { organisation, policy, ...query });
    },
  }),
];
