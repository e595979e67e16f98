/** What the gateway asks of a provider of sign-in: at addresses that were checked and no others, in limited time and size. */
import ipaddr from 'ipaddr.js';
import type { CustomFetch } from 'openid-client';
import { Agent, request } from 'undici';
import { isPrivate, type NetworkAddress, type Resolve } from '../alerts/address.ts';

const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER = 1024 * 1024;

/** Why a provider could not be asked, in a sentence for people. */
export class IssuerTrouble extends Error {}

const PRIVATE_WORDS =
  'The address of the provider leads into the gateway’s own network. Use one on the internet, or have the administrator of the gateway allow it with the setting ALLOW_PRIVATE_ISSUERS';

/** The address of an issuer, or why it cannot be one: a sentence without its full stop. Names are not looked up. */
export function readIssuer(text: string, allowPrivate: boolean): URL | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))) {
    return 'This is no address of a provider. It begins with https://';
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return 'The address of a provider has no name, no password, and nothing after “?” or “#”';
  }
  const host = hostOf(url);
  return !allowPrivate && ipaddr.isValid(host) && isPrivate(host) ? PRIVATE_WORDS : url;
}

/** Names as they are, IPv6 without its brackets. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

async function addressOf(url: URL, resolve: Resolve, allowPrivate: boolean): Promise<NetworkAddress> {
  const host = hostOf(url);
  const found = ipaddr.isValid(host)
    ? [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? (6 as const) : (4 as const) }]
    : await resolve(host).catch(() => []);
  const [first] = found;
  if (!first) throw new IssuerTrouble(`The name ${host} is not known`);
  if (!allowPrivate && found.some(({ address }) => isPrivate(address))) throw new IssuerTrouble(PRIVATE_WORDS);
  return first;
}

/** A `fetch` for openid-client, whose answers are read whole. Rejects with `IssuerTrouble` where there is no answer. */
export function issuerFetch(resolve: Resolve, allowPrivate: boolean): CustomFetch {
  return async (text, { method, headers, body }) => {
    // Every address that the provider names is checked as well, not only its own.
    const url = new URL(text);
    const { address, family } = await addressOf(url, resolve, allowPrivate);
    const agent = new Agent({
      connect: {
        timeout: TIMEOUT_MS,
        // Whatever the name leads to by now: what was checked is what is connected to.
        lookup: (_hostname, options, found) =>
          options.all ? found(null, [{ address, family }]) : found(null, address, family),
      },
      maxResponseSize: LONGEST_ANSWER,
    });
    try {
      const answer = await request(url, {
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        ...(body !== undefined && body !== null && { body: String(body) }),
        dispatcher: agent,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const bytes = await answer.body.arrayBuffer();
      const { 'content-type': type } = answer.headers;
      return new Response(answer.statusCode === 204 ? null : bytes, {
        status: answer.statusCode,
        ...(typeof type === 'string' && { headers: { 'content-type': type } }),
      });
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      throw new IssuerTrouble(
        timedOut
          ? `${url.host} did not answer within ${TIMEOUT_MS / 1000} seconds`
          : `${url.host} cannot be reached, or broke the connection off`,
      );
    } finally {
      agent.destroy().catch(() => {});
    }
  };
}
