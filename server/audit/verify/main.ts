/** `npm run audit:verify`: checks everything that is provable of the configured installation, and says what does not fit. */
import { readConfig } from '../../config.ts';
import { openToRead } from '../../store/read-only.ts';
import { verifyAudit } from './audit.ts';
import { sayFinding } from './report.ts';

async function main(): Promise<void> {
  const stores = await openToRead(readConfig(process.env));
  try {
    const { histories, records, tombstones, key, faults, remarks } = await verifyAudit(stores, (words) =>
      console.log(words),
    );
    for (const remark of remarks) console.log(`Worth a look: ${sayFinding(remark)}`);
    for (const fault of faults) console.log(`Not right: ${sayFinding(fault)}`);
    console.log(
      `Read: ${histories.entries} entries of ${histories.organisations} histories, ${records.records} records of ${records.gateways} gateways, ${tombstones} deletions, ${histories.checkpoints + records.checkpoints} checkpoints.`,
    );
    if (key) {
      console.log(
        `Checked with the public key ${key.publicKey.toString('base64')} of the installation ${key.installation}. Compare it with the one that you have written down elsewhere: who can change the database could have put another in its place.`,
      );
    }
    if (faults.length === 0) {
      console.log('Everything fits: nothing that was sealed has been altered, added in between or taken away since.');
    } else {
      const things = faults.length === 1 ? 'one thing' : `${faults.length} things`;
      console.log(`Something was altered or lost: ${things} to look at, above.`);
      process.exitCode = 1;
    }
  } finally {
    await stores.control.destroy();
    await stores.records.destroy();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
