/** Places of findings in words, as people count: the first message is message 1. */
import type { FindingPlaces, Place } from './places.ts';

/** Characters of the name of a tool that are said. */
const LONGEST_NAME = 40;

/** "message 3 (user), part 2", "the arguments of tool call 2 in message 4", "the system text". */
export function sayPlace(place: Place): string {
  const { in: kind, part } = place;
  if (part === undefined) return sayWhole(place);
  return kind === 'tool' ? `${sayWhole(place)} ${part}` : `${sayWhole(place)}, part ${part}`;
}

function sayWhole({ in: kind, message, role, call, tool }: Place): string {
  const number = message === undefined ? '' : ` ${message}`;
  const inMessage = message === undefined ? '' : ` in message ${message}`;
  switch (kind) {
    case 'message':
      return `message${number}${role === undefined ? '' : ` (${role})`}`;
    case 'instructions':
      return message === undefined ? 'the system text' : `message ${message} (system)`;
    case 'arguments':
      return `the arguments of ${call === undefined ? 'a tool call' : `tool call ${call}`}${inMessage}`;
    case 'result':
      return `the result of ${tool === undefined ? 'a tool' : `“${tool.slice(0, LONGEST_NAME)}”`}${inMessage}`;
    case 'thinking':
      return `the thoughts of the model${inMessage}`;
    case 'label':
      return `a name or title${inMessage}`;
    case 'tool':
      return 'the description of tool';
    case 'prediction':
      return 'the predicted answer';
    case 'variables':
      return 'the variables of a stored prompt';
    case 'text':
      return `text${number}`;
    case 'beside':
      return 'the details beside the messages (such as the id of a user)';
  }
}

/** Each place with what was found there, in the words that `sayFound` has for counts; what is left over comes last. */
export function sayPlaces(
  { places, further }: FindingPlaces,
  sayFound: (found: Readonly<Record<string, number>>) => string,
): { readonly place: string; readonly found: string }[] {
  const said = places.map((place) => ({ place: sayPlace(place), found: sayFound(place.found) }));
  if (!further) return said;
  const place = further.places === 1 ? '1 more place' : `${further.places.toLocaleString('en-US')} more places`;
  return [...said, { place, found: sayFound(further.found) }];
}
