/** The quiet time of a channel: what comes during it is held back, and told in one message afterwards. */
import type { AlertRow } from './outbox.ts';

const SHOWN = 20;

/** Several messages of one channel as one, the oldest first. */
export function summaryOf(held: readonly Pick<AlertRow, 'title'>[]): { readonly title: string; readonly text: string } {
  const counts = new Map<string, number>();
  for (const { title } of held) counts.set(title, (counts.get(title) ?? 0) + 1);
  const lines = [...counts]
    .slice(0, SHOWN)
    .map(([title, count]) => `• ${title}${count > 1 ? ` (${count} times)` : ''}`);
  const more = counts.size - lines.length;
  if (more > 0) lines.push(`… and ${more} more`);
  return { title: `${held.length} messages`, text: lines.join('\n') };
}

/** Until when a channel is left in peace, in milliseconds since 1970; `sentAt` is when the last message went out. */
export function quietUntil(sentAt: number | null, quietMinutes: number): number {
  return sentAt === null ? 0 : sentAt + quietMinutes * 60_000;
}
