/** What publishing shows of a draft, kept as it was at the moment at which approval was asked for. */
import { z } from 'zod';
import type { Problem } from '../../policies/check.ts';
import { diffGraphs } from '../../policies/diff.ts';
import { graphSchema, layoutSchema } from '../../policies/graph.ts';
import type { PolicyContent } from './drafts.ts';
import { problemSchema } from './house.ts';
import type { RouteContext } from './route.ts';
import type { Version } from './versions.ts';

const drawing = z.object({ graph: graphSchema, layout: layoutSchema });

const changeSchema = z.object({
  kind: z.enum([
    ...(['node added', 'node removed', 'kind changed', 'renamed', 'note changed', 'setting changed'] as const),
    ...(['connected', 'disconnected', 'led elsewhere'] as const),
  ]),
  node: z.string(),
  field: z.string().nullable(),
  words: z.string(),
});

export const shownSchema = z
  .object({
    before: drawing.extend({ version: z.int() }).nullable().meta({
      description: 'The version that was live; null where none was.',
    }),
    after: drawing.meta({ description: 'The draft.' }),
    names: z.record(z.string(), z.string()).meta({
      description: 'Names of budgets and policies in the drawings, by id.',
    }),
    changes: z.array(changeSchema).meta({ description: 'From one to the other, each in one sentence.' }),
    problems: z.array(problemSchema),
    tests: z.array(z.object({ id: z.string(), name: z.string() })).meta({
      description: 'Those that are kept with it. All came out as expected: nobody can ask for approval otherwise.',
    }),
  })
  .meta({ id: 'ShownForApproval' });
export type ShownForApproval = z.output<typeof shownSchema>;

/** Names of budgets and policies that the drawings name, by id. */
function namesIn({ control, actor }: RouteContext, texts: readonly string[]): Record<string, string> {
  const { budgets, policies } = control.snapshot();
  const known = [...budgets.values(), ...policies.values()].filter(
    ({ organisation, id }) => organisation === actor.organisation && texts.some((text) => text.includes(id)),
  );
  return Object.fromEntries(known.map(({ id, name }) => [id, name]));
}

/** What publishing shows of something drawn now, with the problems that its check has found. */
export function showForApproval(
  context: RouteContext,
  { graph, layout, tests }: PolicyContent,
  live: Version | null,
  problems: readonly Problem[],
): ShownForApproval {
  const names = namesIn(
    context,
    [graph, live?.graph].map((one) => JSON.stringify(one ?? null)),
  );
  const byName = new Map(Object.entries(names));
  return {
    before: live && { version: live.number, graph: live.graph, layout: live.layout },
    after: { graph, layout },
    names,
    changes: live ? [...diffGraphs(live.graph, graph, byName).changes] : [],
    problems: [...problems],
    tests: tests.map(({ id, name }) => ({ id, name })),
  };
}
