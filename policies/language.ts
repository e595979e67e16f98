/** The whole language of policies as one schema, made from the kinds. */
import { z } from 'zod';
import { edgeSchema, GRAPH_SCHEMA, nodeFields } from './graph.ts';
import { kinds } from './kinds/index.ts';

/** The whole language as one schema, made from the kinds: for Monaco and the API document. */
export function documentSchema(): z.ZodType {
  const [first, ...rest] = Object.entries(kinds).map(([name, kind]) =>
    z.strictObject({ ...nodeFields, kind: z.literal(name), settings: kind.settings }),
  );
  if (!first) throw new Error('There are no kinds of nodes.');
  return z.strictObject({
    schema: z.literal(GRAPH_SCHEMA),
    nodes: z.array(z.discriminatedUnion('kind', [first, ...rest])),
    edges: z.array(edgeSchema),
  });
}
