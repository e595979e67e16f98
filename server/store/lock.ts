import { join } from 'node:path';
import { SqliteConnection } from './sqlite.ts';

/**
 * Keeps other processes off a data folder until `release`. The lock is the operating system's, on an open file, so it
 * goes with the process, however that ends. Throws a sentence when another process has it.
 */
export async function lockDataDir(dataDir: string): Promise<{ release(): Promise<void> }> {
  const lock = await SqliteConnection.open(join(dataDir, 'lock.db'));
  try {
    await lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE;');
  } catch (error) {
    await lock.close();
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') {
      throw new Error(
        `The data folder ${dataDir} is in use by another Signalbox process. Stop that one first, or set DATA_DIR to a folder of its own.`,
      );
    }
    throw error;
  }
  return { release: () => lock.close() };
}
