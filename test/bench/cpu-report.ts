/** Answers "cpu" from the bench with what this process has used so far: microseconds of user and system time, and memory. */
export interface CpuReport {
  readonly cpu: number;
  readonly rss: number;
}

export function reportCpu(): void {
  process.on('message', (message) => {
    if (message !== 'cpu') return;
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system, rss: process.memoryUsage.rss() } satisfies CpuReport);
  });
  process.on('disconnect', () => process.exit(0));
}
