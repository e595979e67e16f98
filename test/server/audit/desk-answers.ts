/** What the auditor's desk answers, in the tests of it. */
import { expect } from 'vitest';
import { ADMIN_TOKEN, type House } from '../control/house.ts';

/** What an address of the desk answers. */
export async function answerOf(house: House, path: string) {
  const { status, body } = await house.ask('GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** A file that the desk gives. */
export async function fileOf(house: House, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const response = await fetch(`${house.url}${path}`, { headers });
  expect(response.status, String(house.faults)).toBe(200);
  return response.text();
}
