/** Networks by their addresses, of IPv4 and IPv6: how people write them, and whether an address is in one. */
import ipaddr from 'ipaddr.js';

/** A network, ready to be compared with. */
export interface Network {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  /** How many bits of an address tell the network. */
  readonly bits: number;
}

export type ReadNetwork =
  /** `text` is the one way in which it is kept. */
  | { readonly ok: true; readonly network: Network; readonly text: string }
  /** Why it is none, and what to write instead, as a sentence. */
  | { readonly ok: false; readonly why: string };

const IPV4_IN_IPV6_BITS = 96;

/** Reads an address such as 203.0.113.7, or a network such as 10.0.0.0/8 or 2001:db8::/32. */
export function readNetwork(typed: string): ReadNetwork {
  const written = typed.trim();
  const [host = '', length, ...more] = written.split('/');
  // Of an address in other notations (octal, one number, with the name of an interface) people would not see what it means.
  const known = ipaddr.IPv4.isValidFourPartDecimal(host) || (ipaddr.IPv6.isValid(host) && !host.includes('%'));
  if (!known || more.length > 0) {
    const why = `“${written}” is no address of a network. Write one such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32.`;
    return { ok: false, why };
  }
  const parsed = ipaddr.parse(host);
  const most = parsed.kind() === 'ipv4' ? 32 : 128;
  const writtenBits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!(writtenBits >= 0 && writtenBits <= most)) {
    return { ok: false, why: `In “${written}”, what follows the slash has to be a number from 0 to ${most}.` };
  }
  const isMapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && writtenBits >= IPV4_IN_IPV6_BITS;
  const address = isMapped ? parsed.toIPv4Address() : parsed;
  const bits = isMapped ? writtenBits - IPV4_IN_IPV6_BITS : writtenBits;
  const full = isMapped ? 32 : most;
  const first = firstOf(address, bits);
  if (first.toString() !== address.toString()) {
    const why = `“${written}” is one address and a network at once. Write ${first}/${bits} for the network, or ${address} for the address alone.`;
    return { ok: false, why };
  }
  return { ok: true, network: { address, bits }, text: bits === full ? `${address}` : `${address}/${bits}` };
}

/** The first address of the network that an address is in. */
function firstOf(address: Network['address'], bits: number): Network['address'] {
  const bytes = address.toByteArray().map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * i))));
  return ipaddr.fromByteArray(bytes);
}

/** Whether an address is in one of the networks; IPv4 within IPv6 counts as IPv4, and what is no address is in none. */
export function isWithin(networks: readonly Network[], address: string): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some(({ address: network, bits }) =>
    parsed instanceof ipaddr.IPv4
      ? network instanceof ipaddr.IPv4 && parsed.match(network, bits)
      : network instanceof ipaddr.IPv6 && parsed.match(network, bits),
  );
}
