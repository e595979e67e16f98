/** Where accounts that people set up may lead: the gateway's own network is open only to those that are meant for it. */

import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isPrivate } from '../alerts/address.ts';

/** What connections of a provider are made with; without it they may lead anywhere. */
export type Connecting = { readonly lookup: LookupFunction };

/** Addresses at which clouds answer their machines with keys and settings: nothing that people set up has business there. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16', 'fd00:ec2::254', '100.100.100.200']);

const NOT_PRIVATE =
  'leads into the gateway’s own network. Say that the account is on machines of your own, or that it may be reached there';
const NOT_METADATA = 'leads to the machine’s own settings, where no provider is';

/** Why an address must not be connected to, in words that follow “it”; null where it may be. */
function objection(address: string, allowPrivate: boolean): string | null {
  if (!ipaddr.isValid(address)) return 'leads to no address';
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'linkLocal' || METADATA.has(parsed.toString())) return NOT_METADATA;
  return !allowPrivate && isPrivate(address) ? NOT_PRIVATE : null;
}

/** Why the host of an address must not be connected to, as a sentence; null where it may be or is a name, not looked up. */
export function refusedHost(url: string, allowPrivate: boolean): string | null {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
  const why = isIP(host) === 0 ? null : objection(host, allowPrivate);
  return why === null ? null : `The address ${host} ${why}.`;
}

/**
 * Looks names up as the machine does, and fails with the code `EPRIVATE` for one that leads where it must not: what was
 * checked is what is connected to. Hosts that are written as numbers never come here: see `refusedHost`.
 */
export function connecting(allowPrivate: boolean): Connecting {
  return {
    lookup(hostname, options, found) {
      systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return found(error, '');
        for (const { address } of addresses) {
          const why = objection(address, allowPrivate);
          if (why !== null) {
            return found(Object.assign(new Error(`${hostname} ${why}`), { code: 'EPRIVATE' }), '');
          }
        }
        const [first] = addresses;
        if (options.all) found(null, addresses);
        else found(null, first?.address ?? '', first?.family);
      });
    },
  };
}
