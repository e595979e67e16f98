/** Tries an account with the smallest real request, and says in words what came of it. */
import type { Model } from '../../../policies/model.ts';
import { openAiEmbeddings } from '../../wire/embeddings.ts';
import { openAiChat } from '../../wire/openai-chat.ts';
import type { ClientProtocol } from '../../wire/protocol.ts';
import { type Provider, UpstreamError } from '../provider.ts';

const TIMEOUT_MS = 30_000;
/** As much of a vendor's own words as is shown, in characters. */
const SHOWN = 300;

export const TROUBLES = ['address', 'tls', 'key', 'model', 'region', 'quota', 'protocol', 'provider'] as const;

/** What came of trying an account. */
export interface Tried {
  readonly ok: boolean;
  /** What is to be looked at; null where it worked. */
  readonly trouble: (typeof TROUBLES)[number] | null;
  /** Sentences for people. */
  readonly words: string;
  readonly milliseconds: number;
}

/** Where a request goes, for the words. */
export interface TriedPlace {
  readonly title: string;
  /** Host of the address. */
  readonly host: string;
  readonly region: string;
  /** Name of the model that is asked. */
  readonly model: string;
}

type Trouble = readonly [trouble: NonNullable<Tried['trouble']>, words: string];

function quoted(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return `“${line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line}”`;
}

function unreachable(message: string, { host, region }: TriedPlace): Trouble {
  const code = /\b(E[A-Z]{3,}|UND_ERR_\w+|CERT_\w+|ERR_\w+|DEPTH_\w+|SELF_\w+|UNABLE_\w+)\b/.exec(message)?.[1] ?? '';
  if (code === 'ENOTFOUND' || code.startsWith('EAI')) {
    return region !== '' && host.includes(region)
      ? ['region', `The name ${host} is not known: there may be no region “${region}”. Check how it is written.`]
      : ['address', `The name ${host} is not known. Check the address.`];
  }
  if (code === 'ECONNREFUSED') {
    return ['address', `Nobody listens at ${host}. Check the address with its port, and that the server is running.`];
  }
  if (code === 'EPRIVATE') {
    return [
      'address',
      `The address ${host} leads into the gateway’s own network. Say that requests stay in the house, or that the account may be reached there.`,
    ];
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return ['tls', `${host} does not speak TLS there. Perhaps its address begins with http:// and not https://.`];
  }
  if (/^(CERT|ERR_TLS|DEPTH|SELF|UNABLE)/.test(code)) {
    return ['tls', `The certificate of ${host} cannot be trusted (${code}). Check the address, or have it renewed.`];
  }
  return [
    'address',
    `${host} cannot be reached: ${quoted(message)}. Check the address, and that nothing is in the way.`,
  ];
}

function troubleOf({ failure, message, status }: UpstreamError, place: TriedPlace): Trouble {
  const { title, host, model } = place;
  const isPath = (status === 404 || status === 405) && /^it answered with status/.test(message);
  if (isPath) return ['address', `${host} knows no such path. Check the address, up to and with the version.`];
  if (/\b(region|location)\b/i.test(message) && failure !== 'rate_limited') {
    return ['region', `${title} does not serve this from there: ${quoted(message)}. Choose another region.`];
  }
  switch (failure) {
    case 'connect':
      return unreachable(message, place);
    case 'timeout':
      return [
        'address',
        `${host} did not answer within ${TIMEOUT_MS / 1000} seconds. Check the address, or try again.`,
      ];
    case 'auth':
      return [
        'key',
        `${title} refused the key: ${quoted(message)}. Check that it was copied whole, is in force, and may use “${model}”.`,
      ];
    case 'unknown_model':
      return ['model', `${title} does not serve “${model}” to this account: ${quoted(message)}. Choose another model.`];
    case 'rate_limited':
      return ['quota', `The key works, and its quota is used up: ${quoted(message)}. Wait, or raise it at ${title}.`];
    case 'bad_answer':
      return [
        'protocol',
        `Something answered at ${host}, and it does not speak the protocol of ${title}: ${quoted(message)}. Check the address.`,
      ];
    default:
      return ['provider', `${title} did not take the request: ${quoted(message)}.`];
  }
}

/** What an account could not do, in words. */
export function sayTrouble(error: UpstreamError, place: TriedPlace): Pick<Tried, 'trouble' | 'words'> {
  const [trouble, words] = troubleOf(error, place);
  return { trouble, words };
}

/**
 * Asks a model for one word, or for the embedding of one where it makes nothing else. Never rejects; the caller closes the
 * provider.
 */
export async function tryAccount(provider: Provider, model: Model, place: TriedPlace): Promise<Tried> {
  const embeds = model.embeddings === 'only';
  const protocol = embeds ? openAiEmbeddings : openAiChat;
  const asked = embeds ? { input: 'yes' } : { messages: [{ role: 'user', content: 'Answer with the word yes.' }] };
  const body = Buffer.from(JSON.stringify({ model: model.name, ...asked }));
  const since = performance.now();
  const error = await new Promise<UpstreamError | null>((resolve) => {
    const pieces: Buffer[] = [];
    provider.send(
      {
        protocol,
        model,
        body,
        stream: false,
        timeoutMs: TIMEOUT_MS,
        headers: {},
      },
      {
        head: () => {},
        data: (bytes) => pieces.push(bytes),
        end: () => resolve(unreadable(protocol, body, Buffer.concat(pieces))),
        fail: resolve,
      },
    );
  });
  const milliseconds = Math.round(performance.now() - since);
  if (error) return { ok: false, ...sayTrouble(error, place), milliseconds };
  return {
    ok: true,
    trouble: null,
    words: `“${model.name}” answered in ${(milliseconds / 1000).toFixed(1)} seconds.`,
    milliseconds,
  };
}

/** What is wrong with an answer that came through; null where it is one. */
function unreadable(protocol: ClientProtocol, asked: Buffer, answered: Buffer): UpstreamError | null {
  try {
    protocol.parse(asked).readWhole(answered, null);
    return null;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    return new UpstreamError('bad_answer', 'what it answered cannot be read', { billed: 'maybe' });
  }
}
