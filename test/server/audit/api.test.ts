/** The audit through the control API: state, checkpoints, proofs, deletions, and entries about what was only looked at. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAudit } from '../../../server/audit/audit.ts';
import { openCheckpoint } from '../../../server/audit/checkpoint.ts';
import { leafHash, provesConsistency, provesInclusion } from '../../../server/audit/merkle.ts';
import { Patrol } from '../../../server/audit/patrol.ts';
import { sealStep } from '../../../server/audit/sealing.ts';
import { auditState } from '../../../server/audit/state.ts';
import { verifyAudit } from '../../../server/audit/verify/audit.ts';
import { openSecrets } from '../../../server/store/secrets.ts';
import { ADMIN_TOKEN, dialects, recordOf } from '../control/house.ts';
import { commitRequests, openPast, type Past, sealAndSign } from './past.ts';

describe.each(dialects)('the audit on %s', { timeout: 120_000 }, (dialect) => {
  let past: Past;
  beforeAll(async () => {
    past = await openPast(dialect, 300);
  }, 120_000);
  afterAll(() => past.house.close());

  const get = async (path: string) => (await past.house.ask('GET', path)).body;
  const entriesOf = (action: string) => past.house.control.db('history').where({ action }).orderBy('sequence');

  it('says how far the past is proved, and names a fault that it comes upon', async () => {
    const { house } = past;
    const patrol = new Patrol(house.audit.stores);
    await patrol.step(1_000);
    const state = await get('/audit/state');
    expect(state).toMatchObject({ waiting: 0, publicKey: house.audit.key?.publicKey.toString('base64') });
    expect(state.logs).toMatchObject([
      { kind: 'history', verified: { fault: null } },
      { log: 'records/test', entries: 306, verified: { to: 306, at: 1_000, fault: null }, checkpoint: { size: 306 } },
    ]);
    expect(state.logs[1].verifierKey).toContain(`/records/test+`);
    expect(state.doesNotShow.join(' ')).toContain('witness');

    const [id = ''] = await commitRequests(house, 1);
    expect((await get('/audit/state')).waiting).toBe(1);
    await sealAndSign(house, Date.now());
    await house.database.recordTables('records').where({ id }).update({ cost: 1 });
    await patrol.step(2_000);
    expect((await get('/audit/state')).logs[1].verified).toMatchObject({ to: 307, fault: expect.stringContaining(id) });
    await house.database.recordTables('records').where({ id }).update({ cost: 9000 });
  });

  it('proves entries and growth by checkpoints', async () => {
    const { organisation, audit } = past.house;
    const log = `history/${organisation}`;
    const { checkpoints } = await get(`/audit/checkpoints?log=${log}`);
    expect(checkpoints.length).toBeGreaterThanOrEqual(2);
    const key = audit.key?.publicKey ?? Buffer.alloc(0);
    const origin = `signalbox/${audit.key?.installation}/${log}`;
    const opened = checkpoints.map(({ note }: { note: string }) => openCheckpoint(note, origin, key));
    const [last, first] = [opened[0], opened.at(-1)];
    const growth = await get(`/audit/proofs/consistency?log=${log}&from=${first.size}&to=${last.size}`);
    const hashes = growth.hashes.map((hash: string) => Buffer.from(hash, 'base64'));
    expect(provesConsistency(first, last, hashes)).toBe(true);

    for (const sequence of [1, first.size + 1, 270]) {
      const { proof } = await get(`/audit/proofs/inclusion?log=${log}&sequence=${sequence}`);
      const [, index, path, note] = /^c2sp\.org\/tlog-proof@v1\nindex (\d+)\n(.*?)\n(signalbox.*)$/s.exec(proof) ?? [];
      expect(Number(index)).toBe(sequence - 1);
      const checkpoint = openCheckpoint(note ?? '', origin, key);
      const { hash } = await past.house.control.db('history').where({ organisation, sequence }).first();
      const siblings = (path ?? '')
        .split('\n')
        .filter(Boolean)
        .map((line) => Buffer.from(line, 'base64'));
      const { size, root } = checkpoint ?? { size: 0, root: Buffer.alloc(0) };
      expect(provesInclusion(leafHash(Buffer.from(hash, 'hex')), sequence - 1, size, siblings, root)).toBe(true);
    }
    expect((await past.house.ask('GET', '/audit/proofs/inclusion?log=history/org_other&sequence=1')).status).toBe(404);
    expect((await past.house.ask('GET', `/audit/proofs/inclusion?log=${log}&sequence=999999`)).status).toBe(404);
  });

  it('deletes a content and a record for good, and tells that from tampering', async () => {
    const { house } = past;
    const [id = '', other = ''] = await commitRequests(house, 2);
    const removed = await house.ask('DELETE', `/records/${id}/content`, { reason: 'asked for' });
    expect(removed).toMatchObject({
      status: 200,
      body: { record: id, what: 'content', actor: 'admin-token', leftDigest: null },
    });
    expect((await get(`/records/${id}/content`)).content).toBeNull();
    expect((await house.ask('DELETE', `/records/${id}/content`, { reason: 'again' })).status).toBe(404);
    expect((await house.ask('DELETE', `/records/${other}`, { reason: 'asked for' })).status).toBe(200);
    expect(await get(`/records/${other}`)).toMatchObject({
      tags: {},
      trace: [],
      facts: {},
      isContentKept: false,
      cost: 9000,
    });
    expect((await house.ask('DELETE', '/records/req_nobody', { reason: 'x' })).status).toBe(404);
    const { deletions } = await get('/audit/deletions');
    expect(deletions.map(({ record }: { record: string }) => record)).toEqual(expect.arrayContaining([id, other]));
    await sealAndSign(house, Date.now());
    const found = await verifyAudit(house.audit.stores, () => {});
    expect(found).toMatchObject({ faults: [], tombstones: 4 });
  });

  it('finishes a deletion whose entry could not be written', async () => {
    const { house } = past;
    const [id = ''] = await commitRequests(house, 1);
    await house.ask('DELETE', `/records/${id}/content`, { reason: 'asked for' });
    const entry = await house.control.db('history').where({ object_id: id, action: 'record.delete_content' }).first();
    await house.control.db('history').where({ object_id: id }).update({ action: 'lost' });
    expect((await house.ask('DELETE', `/records/${id}/content`, { reason: 'asked for' })).status).toBe(200);
    await house.control.db('history').where({ sequence: entry.sequence }).update({ action: entry.action });
    expect((await verifyAudit(house.audit.stores, () => {})).faults).toEqual([]);
  });

  it('writes down who used the admin token, took a file along and read a content, once an hour each', async () => {
    const { house } = past;
    const [used] = await entriesOf('token.use');
    expect(await entriesOf('token.use')).toHaveLength(1);
    expect(used).toMatchObject({ actor: 'admin-token', object_id: 'admin-token' });
    expect(JSON.parse(used.after_json)).toMatchObject({ address: expect.stringContaining('127.0.0.1') });

    const id = past.records.at(-3) ?? '';
    const views = async () => (await entriesOf('record.view_content')).filter(({ object_id }) => object_id === id);
    await get(`/records/${id}`);
    expect(await views()).toHaveLength(0);
    await get(`/records/${id}/content`);
    await get(`/records/${id}/content`);
    expect(await views()).toHaveLength(1);

    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const file = await fetch(`${house.url}/usage?by=model&format=csv`, { headers });
    const [taken] = (await entriesOf('export.take')).slice(-1);
    expect(JSON.parse(taken.after_json)).toEqual({
      filter: { by: 'model', format: 'csv' },
      digest: file.headers.get('x-signalbox-sha256'),
    });

    await house.audit.activity.closeHours(Date.now() + 3_600_000);
    const [counted] = await entriesOf('token.count');
    expect(JSON.parse(counted.after_json).requests).toBeGreaterThan(5);
  });

  it('is sealed once, however many seal at a time, and signed only where something is new', async () => {
    const { house } = past;
    const { stores } = house.audit;
    await commitRequests(house, 60);
    const sealing = async () => {
      while ((await sealStep(stores, Date.now(), 7)) > 0);
    };
    await Promise.all([sealing(), sealing(), sealing()]);
    await sealAndSign(house, Date.now() + 30_000);
    expect((await verifyAudit(stores, () => {})).faults).toEqual([]);
    const sealed = await stores.records('record_chain').pluck('record');
    const written = await stores.records('records').pluck('id');
    expect(sealed.sort()).toEqual(written.sort());
    const count = async () => (await house.control.db('checkpoints')).length;
    const before = await count();
    await sealAndSign(house, Date.now() + 31_000);
    expect(await count()).toBe(before);
  });

  it('signs nothing with a key that it cannot read, and goes on', async () => {
    const secrets = await openSecrets({ secretKey: Buffer.alloc(32, 5).toString('base64'), dataDir: '' });
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    const audit = await openAudit(past.house.audit.stores, secrets, () => []);
    expect(said.mock.calls.flat().join(' ')).toContain('sealed with another key');
    said.mockRestore();
    expect(audit).toMatchObject({ key: null, checkpoints: null });
    expect((await auditState(audit, past.house.organisation, Date.now())).publicKey).toBeNull();
  });

  it('does not sign a log that has lost entries under a checkpoint', async () => {
    const { house } = past;
    const tables = house.database.recordTables;
    await sealAndSign(house, Date.now() + 60_000);
    const [tree] = await tables('trees');
    await tables('trees').update({ size: 3, edge: '' });
    await house.audit.checkpoints?.sign(Date.now() + 120_000);
    expect((await get('/audit/state')).logs[1].refused).toContain('entries are missing');
    await tables('trees').update(tree);
    const { sequence, hash } = await tables('record_chain').orderBy('sequence', 'desc').first();
    await tables('record_chain')
      .where({ sequence })
      .update({ hash: 'ab'.repeat(32) });
    await house.database.records.commit({ intents: [], records: [recordOf(house, {})] });
    await sealAndSign(house, Date.now() + 150_000);
    expect((await get('/audit/state')).logs[1].refused).toContain('are not those that its last checkpoint');
    await tables('record_chain').where({ sequence }).update({ hash });
    await house.database.records.commit({ intents: [], records: [recordOf(house, {})] });
    await sealAndSign(house, Date.now() + 180_000);
    expect((await get('/audit/state')).logs[1].refused).toBeNull();
  });
});
