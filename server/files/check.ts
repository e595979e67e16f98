/** `policies:check`: whether each file is a policy that could be published here, without changing anything. */
import { z } from 'zod';
import { type CheckContext, checkGraph, type ProblemCode } from '../../policies/check.ts';
import type { Graph } from '../../policies/graph.ts';
import type { PolicyTest } from '../../policies/policy-test.ts';
import { count } from './count.ts';
import { filesIn, readPolicy } from './policy-folder.ts';
import { budgetNamesOf, type ServerApi, Unreachable } from './server-api.ts';

/** What was found in a file, in words, and whether it stops a publish. */
interface Finding {
  readonly error: boolean;
  readonly words: string;
}

const problemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  node: z.string().nullable(),
  message: z.string(),
  fix: z.string(),
});

const checkAnswer = z.object({
  problems: z.array(problemSchema),
  failed: z.array(z.object({ name: z.string(), differences: z.array(z.string()) })),
});

const say = ({ severity, message, fix }: z.output<typeof problemSchema>): Finding => ({
  error: severity === 'error',
  words: `${message} ${fix}`,
});

/** What the server finds in a graph whose budgets are called by their ids, and in its tests. */
export async function checkOnServer(
  api: ServerApi,
  graph: Graph,
  tests: readonly PolicyTest[],
): Promise<readonly Finding[]> {
  const { problems, failed } = await api.ask(checkAnswer, 'POST', '/check', { graph, tests });
  return [
    ...problems.map(say),
    ...failed.map(({ name, differences }) => ({
      error: true,
      words: `The test “${name}” does not pass: ${differences.join(' ')}`,
    })),
  ];
}

/** Problems that only an organisation's models, budgets and keys can show. */
const OF_A_HOUSE: ReadonlySet<ProblemCode> = new Set([
  'unknown_model',
  'unpriced_model',
  'unknown_budget',
  'free_scope',
]);
const NO_HOUSE: CheckContext = { models: () => undefined, budget: () => undefined, callersChoose: () => false };

const checkAlone = (graph: Graph): readonly Finding[] =>
  checkGraph(graph, NO_HOUSE)
    .filter(({ code }) => !OF_A_HOUSE.has(code))
    .map(say);

/** The findings of a file, one a line. */
export function sayFindings(file: string, findings: readonly Finding[]): string[] {
  return findings.map(({ error, words }) => `${file}: ${error ? 'error' : 'warning'}: ${words}`);
}

/**
 * Checks all files of a folder with the server, or without its house where there is none (`api` null, or not reached);
 * says what was found and how. Gives the exit code: 1 where a file has errors, 2 where there was nothing to check.
 */
export async function check(api: ServerApi | null, folder: string, print: (line: string) => void): Promise<number> {
  const files = await filesIn(folder);
  if (files === null || files.length === 0) {
    print(`There are no policy files in ${folder}. Pull some first, or name another folder with --folder.`);
    return 2;
  }
  const house = await reach(api);
  let wrong = 0;
  for (const file of files) {
    const found = await readPolicy(folder, file, house?.budgetIds ?? new Map());
    if (!found) continue;
    const findings = !found.ok
      ? [{ error: true, words: found.why }]
      : house
        ? await checkOnServer(house.api, found.policy.graph, found.policy.tests)
        : checkAlone(found.policy.graph);
    for (const line of sayFindings(file, findings)) print(line);
    if (findings.some(({ error }) => error)) wrong += 1;
    else print(`${file}: in order`);
  }
  const sum = `${count(files.length, 'file', 'files')} checked, ${wrong === 0 ? 'none' : wrong} with errors`;
  print(
    house
      ? `${sum}: by ${house.api.url}, with its models, budgets and keys, and their tests were run.`
      : `${sum}: the drawings alone, since ${api === null ? 'SIGNALBOX_ADMIN_TOKEN is not set' : `no Signalbox answers at ${api.url}`}. Whether models and budgets are there was not looked at, and no test was run.`,
  );
  return wrong === 0 ? 0 : 1;
}

/** The server with its budgets, where it answers. */
async function reach(
  api: ServerApi | null,
): Promise<{ readonly api: ServerApi; readonly budgetIds: ReadonlyMap<string, string> } | null> {
  if (api === null) return null;
  try {
    return { api, budgetIds: (await budgetNamesOf(api)).ids };
  } catch (error) {
    if (error instanceof Unreachable) return null;
    throw error;
  }
}
