/** Changes members of a JSON object in its bytes and leaves every other byte as it came. */
import type { Member } from './json-scan.ts';

/** New values by name, as JSON; null takes the member out. Names that are not there yet are added at the end. */
export type MemberChanges = ReadonlyMap<string, string | null>;

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The bytes with the changes made; the very same buffer when there are none. At least one member has to stay. `members`
 * are those of `bytes`, in their order.
 */
export function splice(bytes: Buffer, members: ReadonlyMap<string, Member>, changes: MemberChanges): Buffer {
  const cuts: Cut[] = [];
  let leading = true;
  let previousEnd = -1;
  let firstStart = -1;
  for (const [name, member] of members) {
    if (firstStart === -1) firstStart = member.keyStart;
    const change = changes.get(name);
    if (change === null) {
      if (!leading) cuts.push({ start: previousEnd, end: member.valueEnd, text: '' });
    } else {
      // Members taken out at the front go together with the comma behind them, later ones with that before them.
      if (leading && member.keyStart > firstStart) cuts.push({ start: firstStart, end: member.keyStart, text: '' });
      leading = false;
      if (change !== undefined) cuts.push({ start: member.valueStart, end: member.valueEnd, text: change });
    }
    previousEnd = member.valueEnd;
  }
  let added = '';
  for (const [name, change] of changes) {
    if (change !== null && !members.has(name)) added += `,${JSON.stringify(name)}:${change}`;
  }
  if (added !== '') cuts.push({ start: previousEnd, end: previousEnd, text: added });
  return cuts.length === 0 ? bytes : withCuts(bytes, cuts);
}

function withCuts(bytes: Buffer, cuts: readonly Cut[]): Buffer {
  let length = bytes.length;
  for (const cut of cuts) length += Buffer.byteLength(cut.text) - (cut.end - cut.start);
  const result = Buffer.allocUnsafe(length);
  let from = 0;
  let to = 0;
  for (const cut of cuts) {
    to += bytes.copy(result, to, from, cut.start);
    to += result.write(cut.text, to);
    from = cut.end;
  }
  bytes.copy(result, to, from);
  return result;
}
