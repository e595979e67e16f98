/** Moments as the browser's own fields for date and time have them: "2026-11-21T22:18", in the browser's time zone. */

const two = (part: number): string => String(part).padStart(2, '0');

/** Milliseconds since 1970 as a field shows them; empty for none. */
export function toField(at: number | undefined): string {
  if (at === undefined) return '';
  const time = new Date(at);
  const date = `${String(time.getFullYear()).padStart(4, '0')}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** Milliseconds since 1970 of what stands in a field; undefined while it is empty, or before 1970. */
export function fromField(text: string): number | undefined {
  const at = text === '' ? Number.NaN : new Date(text).getTime();
  return at >= 0 ? at : undefined;
}

/** The last midnight of the browser's own time zone, in milliseconds since 1970. */
export const midnight = (): number => new Date().setHours(0, 0, 0, 0);
