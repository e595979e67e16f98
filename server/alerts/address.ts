/** Which addresses on the network messages may go to: those of the gateway's own network are no business of a webhook. */
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export interface NetworkAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds the addresses of a name; rejects where it has none. */
export type Resolve = (hostname: string) => Promise<readonly NetworkAddress[]>;

/** By the machine's own rules, its hosts file included. */
export const resolveName: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));

/** Addresses of the public range at which clouds answer their machines with keys and settings. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16']);

/** True for loopback, private, link-local, shared and reserved ranges, and for what leads there in the disguise of IPv6. */
export function isPrivate(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  const parsed = ipaddr.process(address);
  return parsed.range() !== 'unicast' || METADATA.has(parsed.toString());
}

const PRIVATE_WORDS =
  'It leads into the gateway’s own network, where messages may not go. Use an address on the internet, or have the administrator of the gateway allow it with the setting ALLOW_PRIVATE_WEBHOOKS';

/** The address of a webhook, or why it cannot be one: a sentence without its full stop. Names are not looked up. */
export function readWebhookUrl(text: string, allowPrivate: boolean): URL | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'This is no web address. It begins with https:// or http://';
  }
  if (url.username !== '' || url.password !== '') {
    return 'The address has a name and a password before its host, which would be sent in the open. Leave them out';
  }
  const host = hostOf(url);
  return !allowPrivate && ipaddr.isValid(host) && isPrivate(host) ? PRIVATE_WORDS : url;
}

/** Names as they are, IPv6 without its brackets. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** The one address to connect to. Rejects with a sentence for people; one private address among several is enough. */
export async function addressOf(url: URL, resolve: Resolve, allowPrivate: boolean): Promise<NetworkAddress> {
  const host = hostOf(url);
  let found: readonly NetworkAddress[];
  if (ipaddr.isValid(host)) found = [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }];
  else {
    found = await resolve(host).catch(() => []);
  }
  const [first] = found;
  if (!first) throw new Error(`The name ${host} is not known. Check the address.`);
  if (!allowPrivate && found.some(({ address }) => isPrivate(address))) throw new Error(`${PRIVATE_WORDS}.`);
  return first;
}
