import { expect, it } from 'vitest';
import { newId } from '../../../server/control/ids.ts';

it('ids are prefixed UUIDs of version 7, each its own', () => {
  const ids = Array.from({ length: 1000 }, () => newId('pol'));
  for (const id of ids) expect(id).toMatch(/^pol_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1000);
});

it('ids begin with the time', () => {
  const before = Date.now();
  const at = Number.parseInt(newId('key').slice(4).replaceAll('-', '').slice(0, 12), 16);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});
