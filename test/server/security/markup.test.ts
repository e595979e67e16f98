import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../program.ts';
import { ADMIN_TOKEN, startGateway, type TestGateway } from '../gateway/harness.ts';

const MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

it('nothing in the pages takes a text for markup or for a program', () => {
  const ways =
    /dangerouslySetInnerHTML|\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(/;
  const found = readdirSync(join(ROOT, 'ui'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|html)$/.test(file))
    .filter((file) => ways.test(readFileSync(join(ROOT, 'ui', file), 'utf8')));
  expect(found).toEqual([]);
});

it('a name with markup comes back as the text that it is, in JSON and in files that are saved', async () => {
  const team = await gateway.api<{ id: string; name: string }>('POST', '/teams', { name: MARKUP });
  expect(team.name).toBe(MARKUP);
  const { id } = await gateway.api<{ id: string }>('POST', '/projects', { name: MARKUP, team: team.id });
  const { token } = await gateway.api<{ token: string }>('POST', '/keys', { name: MARKUP, project: id });
  await gateway.chat(
    { model: 'sandbox/small', messages: [{ role: 'user', content: MARKUP }] },
    { authorization: `Bearer ${token}`, 'x-signalbox-tags': 'feature=<b>', 'user-agent': MARKUP },
  );
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
  for (const [path, type] of [
    ['/teams', /^application\/json/],
    ['/records', /^application\/json/],
    ['/usage?by=app,team', /^application\/json/],
    ['/usage?by=app,team&format=csv', /^text\/csv/],
  ] as const) {
    const answer = await fetch(`${gateway.url}/api${path}`, { headers: admin });
    const text = await answer.text();
    expect(text, path).toContain('onerror=');
    expect(answer.headers.get('content-type')).toMatch(type);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    if (path.endsWith('csv')) expect(answer.headers.get('content-disposition')).toMatch(/^attachment; /);
  }
});

it('an error repeats what was sent as JSON, and never as a page', async () => {
  for (const path of [
    `/${encodeURIComponent(MARKUP)}`,
    '/api/%3Cscript%3E',
    '/v1/%3Cscript%3E',
    '/v1/models/%3Cb%3E',
  ]) {
    const answer = await fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' } });
    expect(answer.headers.get('content-type'), path).toMatch(/^application\/json/);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
});
