import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPrivate, readWebhookUrl } from '../../../server/alerts/address.ts';
import { type Network, post } from '../../../server/alerts/post.ts';
import { type Delivery, type Sending, send } from '../../../server/alerts/send.ts';
import { type Receiver, startReceiver } from './desk.ts';

const NETWORK: Network = {
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  allowPrivate: true,
  timeoutMs: 10_000,
};
const NOW = Date.UTC(2026, 10, 2, 12);
const sending: Sending = { ...NETWORK, mail: null, now: () => NOW };
const message: Delivery = {
  id: 'alr_1',
  at: NOW,
  about: 'budgets',
  title: 'A <b> & "c"',
  text: '*Search* has 5 > 4',
  link: 'https://pages.example.com/budgets/bud_1?a=1&b=2',
  data: { share: 0.8 },
};

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

describe('a message to a webhook', () => {
  it('is signed so that its receiver can check who sent it, and when', async () => {
    const address = { kind: 'webhook', url: `${receiver.url}/hook?x=1`, secret: 'whsec_test' } as const;
    expect(await send(address, message, sending)).toEqual({
      ok: true,
      words: 'It answered 204 (No Content).',
      retryAfterMs: null,
    });
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = receiver.received;
    expect(path).toBe('/hook?x=1');
    const digest = createHmac('sha256', 'whsec_test')
      .update(`${NOW / 1000}.${body}`)
      .digest('hex');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-signalbox-delivery': 'alr_1',
      'x-signalbox-timestamp': String(NOW / 1000),
      'x-signalbox-signature': `v1=${digest}`,
    });
    expect(JSON.parse(body)).toEqual({
      delivery: 'alr_1',
      at: '2026-11-02T12:00:00.000Z',
      about: 'budgets',
      title: message.title,
      text: message.text,
      link: message.link,
      data: { share: 0.8 },
    });
  });

  it('is written for Slack so that no tag can call everybody or make a link', async () => {
    await send({ kind: 'slack', url: receiver.url }, { ...message, title: '<!channel>' }, sending);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      text: '*&lt;!channel&gt;*\n*Search* has 5 &gt; 4\n<https://pages.example.com/budgets/bud_1?a=1&amp;b=2|Open the page>',
    });
  });

  it('says why it was not taken, in a line', async () => {
    receiver.answer = (response) =>
      response.writeHead(429, { 'retry-after': '7' }).end(`slow\r\n\u0007down ${'x'.repeat(500)}`);
    const sent = await post(receiver.url, {}, '{}', NETWORK);
    expect(sent).toEqual({
      ok: false,
      words: `It answered 429 (Too Many Requests): “slow down ${'x'.repeat(190)}…”.`,
      retryAfterMs: 7000,
    });
  });

  it('is given up on a receiver that hangs, before and after the head of its answer', async () => {
    receiver.answer = () => {};
    const impatient = { ...NETWORK, timeoutMs: 100 };
    const late = { ok: false, words: 'It did not answer within 0.1 seconds.', retryAfterMs: null };
    expect(await post(receiver.url, {}, '{}', impatient)).toEqual(late);
    receiver.answer = (response) => response.writeHead(500).write('a');
    expect(await post(receiver.url, {}, '{}', impatient)).toMatchObject({ ok: false });
    const resolve = () => new Promise<never>(() => {});
    expect(await post('http://hook.example.com', {}, '{}', { ...impatient, resolve })).toEqual(late);
  });

  it('follows no redirect', async () => {
    receiver.answer = (response) => response.writeHead(307, { location: `${receiver.url}/other` }).end();
    const sent = await post(receiver.url, {}, '{}', NETWORK);
    expect(sent).toMatchObject({ ok: false, words: expect.stringContaining('a redirect to another address') });
    expect(receiver.received).toHaveLength(1);
  });

  it('reads no more of an endless answer than it needs', async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless = (status: number) => (response: Parameters<Receiver['answer']>[0]) => {
      response.writeHead(status);
      const more = (): void => {
        while (!response.destroyed && response.write('y'.repeat(16_384)));
      };
      response.on('drain', more);
      response.on('close', closed);
      more();
    };
    receiver.answer = endless(200);
    expect(await post(receiver.url, {}, '{}', NETWORK)).toMatchObject({ ok: true });
    await gone;
    receiver.answer = endless(500);
    expect(await post(receiver.url, {}, '{}', NETWORK)).toMatchObject({
      ok: false,
      words: `It answered 500 (Internal Server Error): “${'y'.repeat(200)}…”.`,
    });
  });

  it('says what is wrong with a connection', async () => {
    receiver.answer = (response) => response.destroy();
    expect(await post(receiver.url, {}, '{}', NETWORK)).toMatchObject({
      ok: false,
      words: 'It broke the connection off.',
    });
    receiver.answer = (response) => response.socket?.end('SSH-2.0-OpenSSH\r\n\r\n');
    expect(await post(receiver.url, {}, '{}', NETWORK)).toMatchObject({
      ok: false,
      words: 'What it answered is no HTTP.',
    });
    const { url } = receiver;
    await receiver.close();
    expect(await post(url, {}, '{}', NETWORK)).toMatchObject({ ok: false, words: 'Nobody listens at this address.' });
  });
});

describe('the address of a webhook', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '0.0.0.0',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    'no address',
  ])('may not be %s', (address) => {
    expect(isPrivate(address)).toBe(true);
  });

  it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111'])('may be %s', (address) => {
    expect(isPrivate(address)).toBe(false);
  });

  it.each([
    ['http://127.0.0.1/', /own network/],
    ['http://0x7f.1/', /own network/],
    ['http://2130706433/', /own network/],
    ['http://[::1]:8080/', /own network/],
    ['http://[::ffff:127.0.0.1]/', /own network/],
    ['http://169.254.169.254/latest/meta-data', /own network/],
    ['ftp://example.com/', /no web address/],
    ['javascript:alert(1)', /no web address/],
    ['example.com/hook', /no web address/],
    ['https://ada:secret@example.com/', /a name and a password/],
  ])('is refused when it is entered: %s', (text, why) => {
    expect(readWebhookUrl(text, false)).toMatch(why);
  });

  it('is refused where its name leads into the own network, in part or as a whole', async () => {
    const at = `http://hook.example.com:${receiver.port}/`;
    const names = (...addresses: string[]): Network => ({
      ...NETWORK,
      allowPrivate: false,
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    });
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['::ffff:127.0.0.1']]) {
      const sent = await post(at, {}, '{}', names(...addresses));
      expect(sent).toMatchObject({ ok: false, words: expect.stringContaining('own network') });
    }
    const unknown = { ...names(), resolve: () => Promise.reject(new Error('ENOTFOUND')) };
    expect(await post(at, {}, '{}', unknown)).toMatchObject({
      words: 'The name hook.example.com is not known. Check the address.',
    });
    expect(receiver.received).toEqual([]);
  });

  it('is connected to as it was checked: the name is asked once', async () => {
    let asked = 0;
    const resolve: Network['resolve'] = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }];
    };
    const sent = await post(`http://hook.example.com:${receiver.port}/`, {}, '{}', { ...NETWORK, resolve });
    expect(sent.ok).toBe(true);
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`hook.example.com:${receiver.port}`);
  });
});

describe('the check that the documentation shows', () => {
  it('takes a message as it is sent, and none that is changed, old, or signed with another secret', async () => {
    const docs = await readFile(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(docs) ?? [];
    const { isFromSignalbox } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    await send({ kind: 'webhook', url: receiver.url, secret: 'whsec_a' }, message, sending);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    expect(isFromSignalbox('whsec_a', headers, body, NOW + 299_000)).toBe(true);
    expect(isFromSignalbox('whsec_a', headers, body, NOW + 301_000)).toBe(false);
    expect(isFromSignalbox('whsec_b', headers, body, NOW)).toBe(false);
    expect(isFromSignalbox('whsec_a', headers, `${body} `, NOW)).toBe(false);
    const later = { ...headers, 'x-signalbox-timestamp': String(NOW / 1000 + 100) };
    expect(isFromSignalbox('whsec_a', later, body, NOW)).toBe(false);
    expect(isFromSignalbox('whsec_a', {}, body, NOW)).toBe(false);
  });
});
