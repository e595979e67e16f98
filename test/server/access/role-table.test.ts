import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS, type Permission, permissions } from '../../../policies/access/permissions.ts';
import { definitionOf, ROLES, type Role, roleSchema } from '../../../policies/access/roles.ts';
import { routes } from '../../../server/control/routes/table.ts';
import { type House, openHouse } from '../control/house.ts';

const page = readFileSync(new URL('../../../docs/roles.md', import.meta.url), 'utf8');
const roles = roleSchema.options;

/** The rows of the table whose head begins with these words. */
function rowsOf(head: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(head));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  return [lines[start] ?? '', ...lines.slice(start + 2, end)].map(cells);
}

const [heads = [], ...rights] = rowsOf('| right | what it lets one do');
const [, ...addresses] = rowsOf('| right | addresses');
const plain = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');
const named = ({ method, path }: { method: string; path: string }): string => `${method.toUpperCase()} ${path}`;

/** The right that an address takes, as the page has it. */
const rightOf = new Map<string, string>();
/** Those that need it in the whole organisation. */
const everywhere = new Set<string>();
for (const [right, list = ''] of addresses) {
  for (const one of list.split(', ')) {
    const address = plain(one).replace(' (everywhere)', '');
    rightOf.set(address, plain(right));
    if (one.endsWith(' (everywhere)')) everywhere.add(address);
  }
}

/** What the page says that a role has of a right. */
function cellOf(right: string, role: Role): string {
  const column = heads.indexOf(ROLES[role].title.toLowerCase());
  return rights.find(([name]) => plain(name) === right)?.[column] ?? 'not on the page';
}

describe('the table of rights', () => {
  it('has every right and every role, with what the definition says', () => {
    expect(heads.slice(2)).toEqual(roles.map((role) => ROLES[role].title.toLowerCase()));
    const defined = (right: Permission, role: Role): string => {
      const { may, own, content } = definitionOf(role);
      if (may.includes(right)) return 'yes';
      if (own.includes(right)) return 'own';
      return right === 'read content' && content === 'if granted' ? 'if granted' : '';
    };
    expect(rights).toEqual(
      permissions.map((right) => [`\`${right}\``, PERMISSIONS[right], ...roles.map((role) => defined(right, role))]),
    );
  });

  it('names every address once, with the right that it takes', () => {
    const declared = routes.map((route) => [named(route), route.may] as const);
    expect([...rightOf].sort()).toEqual([...declared].sort());
    for (const [address, right] of declared) {
      if (right === 'signed in' || right === 'anyone') continue;
      expect(Object.hasOwn(PERMISSIONS, right), address).toBe(true);
    }
  });
});

describe('every address', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite');
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  /** Whether somebody with that token is let in to an address; nothing is there that the address could name. */
  async function letsIn(address: string, token: string): Promise<boolean> {
    const [method = '', path = ''] = address.split(' ');
    const ended = new AbortController();
    const answer = await fetch(`${house.url}${path.replace(/\{\w+\}/g, '1')}`, {
      method,
      signal: ended.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      // Nothing takes it, so nothing is changed.
      ...(method !== 'GET' && { body: '{"nothing takes this":1}' }),
    });
    // Streams go on until they are left.
    const text = answer.headers.get('content-type')?.includes('json') ? await answer.text() : '';
    ended.abort();
    return !(answer.status === 403 && text.includes('"not_allowed"'));
  }

  const tokenOf = async (grant: object, scope: 'read' | 'role'): Promise<string> => {
    const input = { name: 'walker', grants: [grant], scope, days: 1 };
    return (await house.ask('POST', '/service-tokens', input)).body.token;
  };
  const guarded = [...rightOf].filter(([, right]) => right !== 'signed in' && right !== 'anyone');

  it.each(roles)('lets %s in exactly where the table says so', async (role) => {
    const token = await tokenOf({ role }, 'role');
    const found = new Map<string, boolean>();
    for (const [address] of guarded) found.set(address, await letsIn(address, token));
    const told = guarded.map(([address, right]) => {
      const cell = cellOf(right, role);
      return [address, cell === 'yes' || (cell === 'own' && !everywhere.has(address))] as const;
    });
    expect([...found]).toEqual(told);
  });

  it.each(roles)('leaves a token of %s that only looks nothing that changes anything', async (role) => {
    const token = await tokenOf({ role }, 'read');
    const told = guarded.filter(([address, right]) => !address.startsWith('GET') && !right.startsWith('read '));
    for (const [address] of told) expect(await letsIn(address, token), address).toBe(false);
  });

  it('lets those read what was said to whom it was granted, and finance never', async () => {
    const address = 'GET /records/{record}/content';
    for (const role of roles) {
      const granted = { role, content: true };
      if (definitionOf(role).content === 'never') {
        const refused = await house.ask('POST', '/service-tokens', {
          name: 'no',
          grants: [granted],
          scope: 'role',
          days: 1,
        });
        expect(refused.status).toBe(422);
      } else expect(await letsIn(address, await tokenOf(granted, 'role')), role).toBe(true);
    }
  });
});
