import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, type Network, readNetwork } from '../../policies/network.ts';

function networkOf(text: string): Network {
  const read = readNetwork(text);
  if (!read.ok) throw new Error(read.why);
  return read.network;
}

/** An address as a number, written as people do: dots for 32 bits, colons for 128. */
function write(value: bigint, size: 32 | 128): string {
  const step = size === 32 ? 8n : 16n;
  const parts = Array.from({ length: size === 32 ? 4 : 8 }, (_, i, count = size === 32 ? 4 : 8) =>
    ((value >> (step * BigInt(count - 1 - i))) & ((1n << step) - 1n)).toString(size === 32 ? 10 : 16),
  );
  return parts.join(size === 32 ? '.' : ':');
}

/** A network and an address in it: its size, how many bits tell it, and both as numbers. */
const placed = fc.constantFrom(32 as const, 128 as const).chain((size) =>
  fc.record({
    size: fc.constant(size),
    bits: fc.integer({ min: 1, max: size }),
    inside: fc.bigInt({ min: 0n, max: (1n << BigInt(size)) - 1n }),
  }),
);

describe('an address', () => {
  it('is let in where its network is, and its neighbours outside are not', () => {
    fc.assert(
      fc.property(placed, ({ size, bits, inside }) => {
        const length = 1n << BigInt(size - bits);
        const first = (inside / length) * length;
        const isMapped = (one: bigint) => size === 128 && one >> 32n === 0xffffn;
        fc.pre(!(isMapped(inside) && bits >= 96));
        const network = [networkOf(`${write(first, size)}/${bits}`)];
        // IPv4 within IPv6 is IPv4, so a network of IPv6 around all of it does not let it in.
        for (const one of [first, inside, first + length - 1n]) {
          expect(isWithin(network, write(one, size))).toBe(!isMapped(one));
        }
        const most = 1n << BigInt(size);
        for (const outside of [first - 1n, first + length]) {
          if (outside >= 0n && outside < most) expect(isWithin(network, write(outside, size))).toBe(false);
        }
        // One that differs in the last bit that tells the network.
        expect(isWithin(network, write(inside ^ length, size))).toBe(false);
      }),
      { numRuns: 2000, examples: [[{ size: 128, bits: 80, inside: 0n }]] },
    );
  });

  it('of IPv4 is the same when it comes within IPv6, on either side', () => {
    const network = [networkOf('10.20.0.0/16')];
    expect(isWithin(network, '::ffff:10.20.30.40')).toBe(true);
    expect(isWithin(network, '::ffff:10.21.30.40')).toBe(false);
    expect(isWithin([networkOf('::ffff:10.20.0.0/112')], '10.20.30.40')).toBe(true);
    expect(isWithin([networkOf('::/0')], '10.20.30.40')).toBe(false);
    expect(isWithin([networkOf('0.0.0.0/0')], '2001:db8::1')).toBe(false);
  });

  it('that is none is nowhere', () => {
    const everywhere = [networkOf('0.0.0.0/0'), networkOf('::/0')];
    for (const text of ['', 'localhost', '10', '10.1', '0x0a.1.1.1', '999.1.1.1']) {
      expect(isWithin(everywhere, text)).toBe(false);
    }
    expect(isWithin([], '10.0.0.1')).toBe(false);
  });
});

describe('a network', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
    ['10.0.0.1/32', '10.0.0.1'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['::1', '::1'],
    ['::ffff:192.168.0.0/112', '192.168.0.0/16'],
    ['::ffff:192.168.0.9', '192.168.0.9'],
  ])('%s is kept as %s', (typed, text) => {
    expect(readNetwork(typed)).toMatchObject({ ok: true, text });
  });

  it.each([
    ['10.1.2.3/8', 'Write 10.0.0.0/8 for the network, or 10.1.2.3 for the address alone'],
    ['2001:db8::1/32', 'Write 2001:db8::/32 for the network'],
    ['10.0.0.0/33', 'a number from 0 to 32'],
    ['::/129', 'a number from 0 to 128'],
    ['10.0.0.0/', 'a number from 0 to 32'],
    ['10.0.0.0/-1', 'a number from 0 to 32'],
    ['10.0.0.0/8/8', 'no address'],
    ['010.0.0.1', 'no address'],
    ['10.1', 'no address'],
    ['fe80::1%eth0', 'no address'],
    ['example.com', 'no address'],
    ['', 'no address'],
  ])('%s is refused, with what to write instead', (typed, words) => {
    const read = readNetwork(typed);
    expect(read.ok ? read.text : read.why).toContain(words);
  });

  it('is never taken where the machine would not know the address, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:./]{1,30}$/)), (typed) => {
        const read = readNetwork(typed);
        const [host = ''] = typed.trim().split('/');
        if (read.ok) expect(isIPv4(host) || isIPv6(host)).toBe(true);
        else expect(read.why).toMatch(/\.$/);
      }),
    );
  });

  it('that was taken is kept in a way that is read as the same again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (typed) => {
        const read = readNetwork(typed);
        if (!read.ok) throw new Error(read.why);
        expect(readNetwork(read.text)).toEqual(read);
        expect(isWithin([read.network], typed)).toBe(true);
      }),
    );
  });
});
