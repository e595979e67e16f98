import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { sendMail } from '../../../server/alerts/email.ts';

const mail = {
  delivery: 'alr_1',
  to: ['ada@example.org', 'grace@example.org'],
  subject: 'Signalbox: The budget “Search” is used up\r\nBcc: eve@example.org',
  text: 'All of it.\n',
};

interface Taken {
  readonly from: string;
  readonly to: string[];
  readonly isSafe: boolean;
  readonly text: string;
}

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

/** A mail server; gives its port and what it takes. */
async function startMail(options: SMTPServerOptions): Promise<{ port: number; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (piece: Buffer) => {
        text += piece.toString('utf8');
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        taken.push({ from, to: rcptTo.map(({ address }) => address), isSafe: session.secure, text });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.server.address() as AddressInfo).port, taken };
}

const send = (url: string, timeoutMs = 10_000) => sendMail({ url, from: 'signalbox@example.org' }, mail, timeoutMs);

describe('a message by e-mail', () => {
  it('goes to all receivers over a safe connection, after a login, with the id of its delivery', async () => {
    const { port, taken } = await startMail({
      onAuth: ({ username, password }, _session, done) =>
        username === 'ada' && password === 'p@ss' ? done(null, { user: 'ada' }) : done(new Error('no')),
    });
    const url = `smtp://ada:p%40ss@127.0.0.1:${port}?tls.rejectUnauthorized=false`;
    expect(await send(url)).toEqual({ ok: true, words: 'The mail server has taken it.', retryAfterMs: null });
    expect(taken).toHaveLength(1);
    const [{ from, to, isSafe, text } = { from: '', to: [], isSafe: false, text: '' }] = taken;
    expect({ from, to, isSafe }).toEqual({ from: 'signalbox@example.org', to: mail.to, isSafe: true });
    expect(text).toContain('Message-ID: <alr_1@signalbox>');
    expect(text).toContain('All of it.');
    // A line break in a subject makes no header of its own.
    expect(text).not.toMatch(/^Bcc:/im);
  });

  it('says which receivers were refused', async () => {
    const { port, taken } = await startMail({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, done) => (address.startsWith('ada') ? done(new Error('gone')) : done()),
    });
    const words = 'The mail server has taken it for 1 of 2; it refused ada@example.org.';
    expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({ ok: true, words });
    expect(taken[0]?.to).toEqual(['grace@example.org']);
  });

  it('says that the login was refused', async () => {
    const { port, taken } = await startMail({
      disabledCommands: ['STARTTLS'],
      onAuth: (_auth, _session, done) => done(new Error('Invalid login')),
    });
    const sent = await send(`smtp://ada:wrong@127.0.0.1:${port}`);
    expect(sent).toMatchObject({ ok: false, words: expect.stringContaining('The mail server refused the login.') });
    expect(taken).toEqual([]);
  });

  it('is not sent where the connection cannot be made safe', async () => {
    const { port, taken } = await startMail({ disabledCommands: ['STARTTLS', 'AUTH'] });
    // Another name for this machine, which is taken for a foreign one.
    const sent = await send(`smtp://127.0.0.2:${port}`);
    expect(sent).toMatchObject({ ok: false, words: expect.stringContaining('no safe connection') });
    expect(taken).toEqual([]);
  });

  it('says that the connection was broken off, or that nothing is answered', async () => {
    const rude = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    stop = () => new Promise((resolve) => rude.close(() => resolve()));
    const { port } = rude.address() as AddressInfo;
    expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({
      ok: false,
      words: expect.stringContaining('cannot be reached, or broke the connection off'),
    });
    await stop();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const sockets = new Set<{ destroy(): void }>();
    silent.on('connection', (socket) => sockets.add(socket));
    stop = () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        silent.close(() => resolve());
      });
    const at = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await send(at, 100)).toMatchObject({ ok: false, words: expect.stringContaining('not answer') });
  });
});
