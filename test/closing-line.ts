import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Prints the totals alone on the last line: "N passed, N failed, N skipped". */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed' || state === 'failed' || state === 'skipped') count[state] += 1;
        else count.skipped += 1;
      }
    }
    if (reason === 'failed' && count.failed === 0) count.failed += Math.max(1, errors.length);
    const line = `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
    // The other reporters print at the same event: this line has to come after theirs.
    process.once('exit', () => process.stdout.write(line));
  }
}
