/**
 * Milliseconds after which an upstream wants to be asked again: `precise` is its header in milliseconds, `header` the
 * standard one, which holds seconds or a date. Null where neither says anything.
 */
export function retryAfter(header: string | null, precise: string | null = null): number | null {
  const milliseconds = Number.parseFloat(precise ?? '');
  if (milliseconds >= 0) return Math.round(milliseconds);
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : null;
}
