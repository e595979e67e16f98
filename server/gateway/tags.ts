/** The tags of a request: from its key, our own header, the body's metadata, and the headers of gateways people come from. */
import type { IncomingHttpHeaders } from 'node:http';
import { TAG_NAME } from '../../policies/facts.ts';
import type { Tag } from '../../policies/request.ts';
import type { KeyEntry } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';
import { scanObject } from '../wire/json-scan.ts';
import { isObject, type JsonObject } from '../wire/json-value.ts';

const MOST_TAGS = 40;
const LONGEST_VALUE = 256;
/** Control characters and halves of characters: they look like other values, or like nothing. */
const ODD = /[\p{Cc}\p{Cs}]+/gu;
/** Nearly all values are of these characters, which are quick to look for. */
const PLAIN = /^[ -~]*$/;
const isOdd = (text: string): boolean => !PLAIN.test(text) && text.search(ODD) >= 0;

type Pairs = readonly (readonly [name: string, value: string])[];

const refuse = (why: string): SignalboxError => new SignalboxError('invalid_tags', { why });

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** `team=search,usage=building`; values may be percent-encoded. */
function fromPairs(text: string, header: string): Pairs {
  return text
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw refuse(`“${pair.trim()}” in ${header} is not name=value`);
      const value = pair.slice(equals + 1).trim();
      try {
        return [pair.slice(0, equals).trim(), value.includes('%') ? decodeURIComponent(value) : value];
      } catch {
        throw refuse(`“${pair.trim()}” in ${header} has a broken percent-encoding`);
      }
    });
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** A JSON object of single values. Portkey's own names begin with an underscore, which no name of a tag does. */
function fromJson(text: string, header: string): Pairs {
  let object: JsonObject;
  try {
    object = scanObject(Buffer.from(text)).value;
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    throw refuse(`${header} has to be one JSON object in which no name is there twice`);
  }
  return Object.entries(object).flatMap(([name, value]): Pairs => {
    if (value === null) return [];
    if (!isScalar(value)) throw refuse(`“${name}” in ${header} holds more than one value`);
    return [[name.replace(/^_/, ''), String(value)]];
  });
}

/** LiteLLM's tags are bare words, or a name and a value with a colon between them. */
function fromWord(word: string): readonly [string, string] {
  const split = /^([^:=]+)[:=](.+)$/.exec(word);
  return split ? [split[1]!.trim(), split[2]!.trim()] : [word.trim(), 'true'];
}

function fromWords(text: string): Pairs {
  return text
    .split(',')
    .filter((word) => word.trim() !== '')
    .map(fromWord);
}

/** Apps keep things of their own in the body's metadata: what cannot be a tag is none. */
function fromMetadata(metadata: Readonly<Record<string, unknown>>): Pairs {
  const pairs: (readonly [string, string])[] = [];
  const add = (name: string, value: unknown): void => {
    if (!isScalar(value) || !TAG_NAME.test(name)) return;
    const text = String(value);
    if (text.length <= LONGEST_VALUE && !isOdd(text)) pairs.push([name, text]);
  };
  const { tags, spend_logs_metadata: spendLogs } = metadata;
  if (Array.isArray(tags)) for (const word of tags) if (typeof word === 'string') add(...fromWord(word));
  if (isObject(spendLogs)) for (const name in spendLogs) add(name, spendLogs[name]);
  for (const name in metadata) add(name, metadata[name]);
  return pairs;
}

/** Headers that hold one value, and the tag that it becomes. */
const ONE_VALUE = [
  ['x-litellm-end-user-id', 'user'],
  ['helicone-user-id', 'user'],
  ['x-portkey-trace-id', 'session'],
  ['helicone-session-id', 'session'],
] as const;

/** Headers that hold several tags, with their way of writing them. */
const SEVERAL = [
  ['x-litellm-tags', fromWords],
  ['x-litellm-spend-logs-metadata', fromJson],
  ['x-portkey-metadata', fromJson],
  ['cf-aig-metadata', fromJson],
] as const;

const PROPERTY = 'helicone-property-';

/** All that a request says of itself, the weakest first: what comes later counts more. */
function* said(
  headers: IncomingHttpHeaders,
  metadata: Readonly<Record<string, unknown>>,
  user: string | null,
): Generator<{ readonly from: string; readonly pairs: Pairs }> {
  // Apps send what they like as a user: what cannot be shown of it is left out.
  if (user) yield { from: 'the body', pairs: [['user', user.slice(0, LONGEST_VALUE).replace(ODD, '')]] };
  for (const [header, name] of ONE_VALUE) {
    const value = single(headers[header]);
    if (value) yield { from: header, pairs: [[name, value]] };
  }
  for (const [header, read] of SEVERAL) {
    const text = single(headers[header]);
    if (text) yield { from: header, pairs: read(text, header) };
  }
  for (const name in headers) {
    if (!name.startsWith(PROPERTY)) continue;
    yield { from: name, pairs: [[name.slice(PROPERTY.length), single(headers[name]) ?? '']] };
  }
  const own = single(headers['x-signalbox-tags']);
  yield { from: 'the body', pairs: fromMetadata(metadata) };
  if (own) yield { from: 'x-signalbox-tags', pairs: fromPairs(own, 'x-signalbox-tags') };
}

/** Throws SignalboxError for what is no tag. Which of two values somebody meant cannot be told. */
function checkPairs(from: string, pairs: Pairs): void {
  for (const [i, [name, value]] of pairs.entries()) {
    if (!TAG_NAME.test(name))
      throw refuse(`“${name.slice(0, 80)}” is not a tag name (a letter, then letters, digits, "_", "-" or ".")`);
    if (value.length > LONGEST_VALUE) throw refuse(`the value of “${name}” is longer than ${LONGEST_VALUE} characters`);
    if (isOdd(value)) throw refuse(`the value of “${name}” has characters that cannot be shown`);
    if (i > 0 && from !== 'the body' && pairs.some(([other, said], at) => at < i && other === name && said !== value))
      throw refuse(`“${name}” has two values in ${from}`);
  }
}

/**
 * The tags that a request has. What the key fixes stands, and so does the team of its project unless the key lists others.
 * Of what callers say our own header counts most, then the body's metadata, in which what is no tag is passed over, then
 * the headers of other gateways. Throws SignalboxError `invalid_tags` for names and values that are not
 * tags, names with two values in one place, values outside the key's list, and tags that the key requires and nobody gave.
 */
export function tagsOf(
  key: KeyEntry,
  headers: IncomingHttpHeaders,
  metadata: Readonly<Record<string, unknown>>,
  user: string | null,
): Map<string, Tag> {
  const tags = new Map<string, Tag>();
  tags.set('team', { value: key.teamName, source: 'key' });
  const teamIsChosen = Object.hasOwn(key.tagChoices, 'team');
  for (const { from, pairs } of said(headers, metadata, user)) {
    if (pairs.length > MOST_TAGS) throw refuse(`there are more than ${MOST_TAGS} in ${from}`);
    checkPairs(from, pairs);
    for (const [name, value] of pairs) {
      if (value === '' || Object.hasOwn(key.fixedTags, name) || (name === 'team' && !teamIsChosen)) continue;
      const choices = Object.hasOwn(key.tagChoices, name) ? key.tagChoices[name] : undefined;
      if (choices && !choices.includes(value))
        throw refuse(`“${name}” can be ${choices.join(', ')} with this key, not “${value}”`);
      tags.set(name, { value, source: 'caller' });
      if (tags.size > MOST_TAGS) throw refuse(`there are more than ${MOST_TAGS}`);
    }
  }
  for (const name in key.fixedTags) tags.set(name, { value: key.fixedTags[name] ?? '', source: 'key' });
  for (const name of key.requiredTags) if (!tags.has(name)) throw refuse(`this key requires the tag “${name}”`);
  return tags;
}
