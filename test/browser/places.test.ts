import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RECORD_STATUSES } from '../../ui/api/records.ts';
import { addressOf, type Place, readPlace } from '../../ui/app/places.ts';

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text !== '.' && text !== '..');
const text = fc.option(id);
const place: fc.Arbitrary<Exclude<Place, { screen: 'unknown' }>> = fc.oneof(
  fc.record({ screen: fc.constant('start' as const) }),
  fc.record({ screen: fc.constant('policies' as const) }),
  fc.record({
    screen: fc.constant('policy' as const),
    policy: id,
    version: fc.option(fc.oneof(fc.integer({ min: 1, max: 999 }), fc.constant('draft' as const))),
  }),
  fc.record({
    screen: fc.constant('requests' as const),
    filter: fc.record({ status: fc.option(fc.constantFrom(...RECORD_STATUSES)), model: text, tag: text }),
  }),
  fc.record({ screen: fc.constant('request' as const), record: id }),
);

it('every place has an address that leads back to it', () => {
  fc.assert(
    fc.property(place, (one) => {
      expect(readPlace(new URL(addressOf(one), 'http://127.0.0.1'))).toEqual(one);
    }),
  );
});

it.each(['/nowhere', '/policies/a/b', '/%E0%A4%A', '/requests/x/y/z'])('%s leads nowhere', (pathname) => {
  expect(readPlace({ pathname, search: '' })).toEqual({ screen: 'unknown' });
});

it('takes a filter or version that cannot be for none', () => {
  expect(readPlace({ pathname: '/policies/p', search: '?version=-1' })).toMatchObject({ version: null });
  expect(readPlace({ pathname: '/requests', search: '?status=fine&model=' })).toMatchObject({
    filter: { status: null, model: null, tag: null },
  });
});
