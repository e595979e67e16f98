/** The tags of a request: from its key, our own header, the body's metadata, and the headers of gateways people come from. */
import type { IncomingHttpHeaders } from 'node:http';
import { TAG_NAME } from '../../policies/facts.ts';
import type { Tag } from '../../policies/request.ts';
import type { KeyEntry } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';

const MOST_TAGS = 40;
const LONGEST_VALUE = 256;

const refuse = (why: string): SignalboxError => new SignalboxError('invalid_tags', { why });

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** `team=search,usage=building`; values may be percent-encoded. */
function fromPairs(text: string, header: string): [string, string][] {
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

/** A JSON object of scalars, as Portkey and Cloudflare take it. */
function fromJson(text: string, header: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(`${header} is not valid JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(`${header} is not a JSON object`);
  return Object.entries(value).flatMap(([name, one]): [string, string][] =>
    typeof one === 'object' ? [] : [[name.replace(/^_/, ''), String(one)]],
  );
}

/** LiteLLM's tags are bare words or name:value pairs. */
function fromWords(text: string): [string, string][] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => {
      const split = /^([^:=]+)[:=](.+)$/.exec(word);
      return split ? [split[1]!.trim(), split[2]!.trim()] : [word, 'true'];
    });
}

function* said(
  headers: IncomingHttpHeaders,
  metadata: Readonly<Record<string, string>>,
  user: string | null,
): Generator<[string, string]> {
  if (user) yield ['user', user.slice(0, LONGEST_VALUE)];
  const litellm = single(headers['x-litellm-tags']);
  if (litellm) yield* fromWords(litellm);
  for (const header of ['x-portkey-metadata', 'cf-aig-metadata']) {
    const json = single(headers[header]);
    if (json) yield* fromJson(json, header);
  }
  for (const name in headers) {
    if (!name.startsWith('helicone-property-')) continue;
    yield [name.slice('helicone-property-'.length), single(headers[name]) ?? ''];
  }
  for (const name in metadata) {
    const value = metadata[name] ?? '';
    // Apps keep things of their own in the body's metadata: what cannot be a tag is none.
    if (TAG_NAME.test(name) && value.length <= LONGEST_VALUE) yield [name, value];
  }
  const own = single(headers['x-signalbox-tags']);
  if (own) yield* fromPairs(own, 'x-signalbox-tags');
}

/**
 * The tags that a request has. What the key fixes stands, and so does the team of its project unless the key lists others; of what callers say, our own header counts most, then the body's
 * metadata, in which what is no tag is passed over. Throws SignalboxError `invalid_tags` for names and values that are not
 * tags, values outside the key's list, and tags that the key requires and nobody gave.
 */
export function tagsOf(
  key: KeyEntry,
  headers: IncomingHttpHeaders,
  metadata: Readonly<Record<string, string>>,
  user: string | null,
): Map<string, Tag> {
  const tags = new Map<string, Tag>();
  tags.set('team', { value: key.teamName, source: 'key' });
  const teamIsChosen = Object.hasOwn(key.tagChoices, 'team');
  for (const [name, value] of said(headers, metadata, user)) {
    if (!TAG_NAME.test(name))
      throw refuse(`“${name}” is not a tag name (a letter, then letters, digits, "_", "-" or ".")`);
    if (value.length > LONGEST_VALUE) throw refuse(`the value of “${name}” is longer than ${LONGEST_VALUE} characters`);
    if (value === '' || Object.hasOwn(key.fixedTags, name) || (name === 'team' && !teamIsChosen)) continue;
    const choices = Object.hasOwn(key.tagChoices, name) ? key.tagChoices[name] : undefined;
    if (choices && !choices.includes(value))
      throw refuse(`“${name}” can be ${choices.join(', ')} with this key, not “${value}”`);
    tags.set(name, { value, source: 'caller' });
    if (tags.size > MOST_TAGS) throw refuse(`there are more than ${MOST_TAGS}`);
  }
  for (const name in key.fixedTags) tags.set(name, { value: key.fixedTags[name] ?? '', source: 'key' });
  for (const name of key.requiredTags) if (!tags.has(name)) throw refuse(`this key requires the tag “${name}”`);
  return tags;
}
