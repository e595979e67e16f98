/**
 * A process of its own that writes intents and records until it is killed. It says each on its output as soon as it has
 * been told that it is durable: `intent <id>` or `record <id>`.
 */
import { RecordWriter } from '../../../server/records/writer.ts';
import { openDatabase } from '../../../server/store/database.ts';
import { exampleCharge, exampleRecord, intentOf } from './example.ts';

const [dataDir = '', databaseUrl = ''] = process.argv.slice(2);
const database = await openDatabase({ dataDir, ...(databaseUrl === '' ? {} : { databaseUrl }) });
const writer = new RecordWriter(database.records, { maxQueued: 1_000 });

/** One request after the other; the last call of `forgetful` never ends. */
async function requests(forgetful: boolean): Promise<void> {
  for (;;) {
    const charges = [exampleCharge({ held: 7, settled: 3 }), exampleCharge({ budget: 'bud_2', held: 50, settled: 20 })];
    const record = exampleRecord({ charges, cost: 23 });
    await writer.intent(intentOf(record));
    process.stdout.write(`intent ${record.id}\n`);
    if (forgetful) return;
    await writer.record(record);
    process.stdout.write(`record ${record.id}\n`);
  }
}

await Promise.all(Array.from({ length: 30 }, (_, i) => requests(i === 0)));
