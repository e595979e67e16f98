import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { ADMIN_TOKEN, startGateway, type TestGateway } from '../gateway/harness.ts';
import { type Folder, openFolder } from './folder.ts';

describe('the commands for files of policies', () => {
  let gateway: TestGateway;
  let folder: Folder;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());
  beforeEach(async () => {
    folder = await openFolder(gateway);
  });
  afterEach(() => folder.remove());

  it('check and push say so where there are no files', async () => {
    for (const words of [['check'], ['push', '--reason', 'for the test']]) {
      expect(await folder.run(words)).toMatchObject({ code: 2, text: expect.stringContaining('no policy files in') });
    }
  });

  it.each([
    [['push'], /needs a reason/],
    [['push', '--reason', ' '], /needs a reason/],
    [['publish'], /This is what there is/],
    [['check', '--reason', 'x'], /does not know --reason/],
    [['pull', 'more'], /does not know “more”/],
    [['pull', '--colour'], /--colour/],
  ])('say how they are used: %s', async (words, expected) => {
    const said = await folder.run(words);
    expect(said).toMatchObject({ code: 2, text: expect.stringMatching(expected) });
    expect(said.text).toContain('npm run policies:push -- --reason "why"');
  });

  it.each([
    [{ SIGNALBOX_URL: 'somewhere', SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN }, /SIGNALBOX_URL cannot be used/],
    [{ SIGNALBOX_URL: 'http://127.0.0.1:1', SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN }, /No Signalbox answers/],
    [{ SIGNALBOX_URL: '' }, /SIGNALBOX_ADMIN_TOKEN is not set/],
  ])('do nothing without a server: %s', async (environment, expected) => {
    await folder.write('odd.json', '{}');
    for (const words of [['push', '--reason', 'for the test'], ['pull']]) {
      expect(await folder.run(words, environment)).toMatchObject({ code: 2, text: expect.stringMatching(expected) });
    }
  });

  it('end with their exit code, as programs', async () => {
    const environment = { SIGNALBOX_URL: gateway.url, SIGNALBOX_ADMIN_TOKEN: 'not the token of this gateway' };
    const words = ['--import', 'tsx', 'server/files/main.ts', 'pull', '--folder', folder.path];
    const program = run(process.execPath, words, { environment });
    expect(await program.ended).toEqual({ code: 2, signal: null });
    expect(program.said()).toContain('SIGNALBOX_ADMIN_TOKEN has to be the token');
  });
});
