/**
 * `npm run load`: scenarios of many clients against a gateway in a process of its own, each checking what is promised.
 * `npm run load -- budgets --database postgres` runs one, `npm run load -- export --format csv` exports in one format alone. It ends with 1 when a promise is broken.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { budgets } from './budgets.ts';
import { exporting } from './export.ts';
import type { Scenario } from './scenario.ts';
import { streams } from './streams.ts';
import { usage } from './usage.ts';

const SCENARIOS: readonly Scenario[] = [budgets, streams, usage, exporting];

function list(): void {
  console.log('Scenarios, to be run as "npm run load -- <name>", with "--database postgres" on PostgreSQL:\n');
  for (const { name, sentence } of SCENARIOS) console.log(`  ${name.padEnd(10)} ${sentence}`);
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { database: { type: 'string', default: 'sqlite' }, format: { type: 'string' } },
  });
  const [name] = positionals;
  if (name === undefined) return list();
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (!scenario) {
    list();
    throw new Error(`\nThere is no scenario "${name}". Name one of those above.`);
  }
  const database = z.enum(['sqlite', 'postgres']).safeParse(values.database);
  if (!database.success) throw new Error(`"${values.database}" is no database. Choose sqlite or postgres.`);
  const format = z
    .enum(['jsonl', 'csv'])
    .nullable()
    .safeParse(values.format ?? null);
  if (!format.success) throw new Error(`"${values.format}" is no format. Choose jsonl or csv.`);
  if (format.data !== null && scenario !== exporting) throw new Error(`"${name}" exports nothing: leave --format out.`);
  const since = performance.now();
  const say = (words: string): void => {
    console.log(`${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s  ${words}`);
  };
  const { figures, broken } = await scenario.run({ database: database.data, format: format.data, say });
  const width = Math.max(...figures.map(([what]) => what.length));
  console.log(`\n${name} on ${database.data}`);
  for (const [what, value] of figures) console.log(`  ${what.padEnd(width)}  ${value}`);
  for (const sentence of broken) console.log(`BROKEN: ${sentence}`);
  console.log(broken.length === 0 ? '\nEvery promise held.' : `\nPromises broken: ${broken.length}.`);
  if (broken.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
});
