/** In which parts of a request something was found: never what. */
import type { Endpoint, Role, TextSlot } from '../request.ts';

/**
 * The parts of a request that hold texts: what was said, instructions, what a tool was given and gave back, what a model
 * thought, a name or title beside a text, the description of a tool, an answer that the app predicts, the variables of a
 * prompt that the provider keeps, a text to embed, and what stands beside all messages, such as the id of a user.
 */
export const PLACE_KINDS = [
  'message',
  'instructions',
  'arguments',
  'result',
  'thinking',
  'label',
  'tool',
  'prediction',
  'variables',
  'text',
  'beside',
] as const;

/** What vendors take for the name of a tool. */
export const TOOL_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * A part of a request. It is made of numbers and of these words, so that no text of anybody's gets into it; a tool is named by
 * a name that the request offers, which records keep anyway, and only where the rules find nothing in it.
 */
export interface Place {
  readonly in: (typeof PLACE_KINDS)[number];
  /** Number of the message from 1, of the input item or of the text to embed; none for what stands outside of them. */
  readonly message?: number;
  /** Who said what stands in a message. */
  readonly role?: Role;
  /** Number from 1 of the part of the message or of the system text, or of the tool in the list of tools. */
  readonly part?: number;
  /** Number from 1 among the tool calls that the message lists. */
  readonly call?: number;
  /** The tool whose result it is, where the request says so. */
  readonly tool?: string;
}

/** How many of each kind were found. */
export type FindingCounts = Readonly<Record<string, number>>;

export interface PlaceFindings extends Place {
  readonly found: FindingCounts;
}

/** What was found in places that are not named one by one. */
export interface FurtherPlaces {
  readonly places: number;
  readonly found: FindingCounts;
}

export interface FindingPlaces {
  /** In the order of the request. */
  readonly places: readonly PlaceFindings[];
  readonly further?: FurtherPlaces;
}

/** What was found in one text. */
export interface SlotFindings {
  readonly slot: TextSlot;
  readonly found: FindingCounts;
}

/** Places that are named one by one. */
const MOST_PLACES = 50;
/** Counts in the places that are named, which bounds them where a request matches very many rules. */
const MOST_COUNTS = 200;

/** Adds to the count of a kind, whatever it is called. */
export function addCount(counts: Record<string, number>, kind: string, count: number): void {
  counts[kind] = (Object.hasOwn(counts, kind) ? (counts[kind] ?? 0) : 0) + count;
}

export const isAnyFound = (counts: FindingCounts): boolean => Object.values(counts).some((count) => count > 0);

/**
 * The places of findings, each once, and at most 50 of them: the findings of all further ones are only counted. Of each kind
 * there are as many over all places as there are in `findings`. `toolOf` names the tool whose result a text is, where its name
 * may be told.
 */
export function placesOf(
  findings: readonly SlotFindings[],
  endpoint: Endpoint,
  toolOf: (slot: TextSlot) => string | undefined = () => undefined,
): FindingPlaces {
  const known = new Map<string, Place & { readonly found: Record<string, number> }>();
  for (const { slot, found } of findings) {
    const place = placeOf(slot, endpoint);
    const tool = place.in === 'result' ? toolOf(slot) : undefined;
    const name = `${place.in} ${place.message} ${place.role} ${place.part} ${place.call}`;
    let all = known.get(name);
    if (!all) {
      all = { ...place, ...(tool !== undefined && { tool }), found: {} };
      known.set(name, all);
    }
    for (const kind in found) addCount(all.found, kind, found[kind] ?? 0);
  }
  const places: PlaceFindings[] = [];
  const rest: Record<string, number> = {};
  let further = 0;
  let counts = 0;
  for (const place of known.values()) {
    counts += Object.keys(place.found).length;
    if (further === 0 && places.length < MOST_PLACES && counts <= MOST_COUNTS) places.push(place);
    else {
      further += 1;
      for (const kind in place.found) addCount(rest, kind, place.found[kind] ?? 0);
    }
  }
  return { places, ...(further > 0 && { further: { places: further, found: rest } }) };
}

const counted = (index: unknown): number | undefined => (typeof index === 'number' ? index + 1 : undefined);

/** Where a text stands, told by its path without the names of members, which can be somebody's own. */
function placeOf(slot: TextSlot, endpoint: Endpoint): Place {
  const [top, index] = slot.path;
  switch (top) {
    case 'messages':
    case 'input': {
      // A text that is no member of a list is the only one.
      const message = counted(index) ?? 1;
      return endpoint === 'embeddings' ? { in: 'text', message } : inMessage(slot, message);
    }
    case 'system':
    case 'instructions':
      return withNumbers({ in: 'instructions' }, counted(index));
    case 'tools':
      return withNumbers({ in: 'tool' }, counted(index));
    case 'prediction':
      return withNumbers({ in: 'prediction' }, counted(slot.path[2]));
    case 'prompt':
      return { in: 'variables' };
    default:
      return { in: 'beside' };
  }
}

function inMessage({ path, role, purpose }: TextSlot, message: number): Place {
  const [top, , member, index, inner] = path;
  if (member === 'tool_calls') return withNumbers({ in: 'arguments', message }, undefined, counted(index));
  const part = counted(index);
  if (purpose !== 'message') return withNumbers({ in: purpose, message }, part);
  if (role === 'tool') return withNumbers({ in: 'result', message }, part);
  // Vendors whose calls are values and not one text of JSON, and calls of types that the gateway does not know.
  const isCall = top === 'messages' ? inner === 'input' : member === 'input' || member === 'arguments';
  return isCall ? withNumbers({ in: 'arguments', message }, part) : withNumbers({ in: 'message', message, role }, part);
}

function withNumbers(place: Place, part: number | undefined, call?: number): Place {
  return { ...place, ...(part !== undefined && { part }), ...(call !== undefined && { call }) };
}
