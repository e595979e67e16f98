import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

/** Runs once before all tests, and what it returns once after them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.env.UV_THREADPOOL_SIZE = '8';
  const postgres = await startPostgres();
  project.provide('postgresUrl', postgres?.url ?? null);
  return async () => postgres?.stop();
}
