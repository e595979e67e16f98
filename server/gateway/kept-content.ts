/** What a record keeps of what was sent and answered, as the settings of its project say. */
import { isRedacted } from '../../policies/mandatory.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { type ContentForm, settingFor } from '../control/content-settings.ts';
import type { KeyEntry } from '../control/snapshot.ts';
import type { Content } from '../records/record.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import type { Exchange } from './exchange.ts';

/** Characters of a request, and of an answer, that are kept: a longer one would hold up the records of others. */
const LONGEST = 1_000_000;

type Owner = Pick<KeyEntry, 'organisation' | 'project'>;

/** What is kept of a request, sealed; null where nothing is to be. `answer` is one that no model gave. */
export function keptContent(
  exchange: Exchange,
  parsed: ClientRequest,
  { organisation, project }: Owner,
  answer: string | undefined,
): Content | null {
  const form = formFor(exchange, { organisation, project });
  if (form === 'none') return null;
  const request = form === 'full' ? (exchange.body ?? '') : asSent(exchange, parsed);
  const { id, at } = exchange;
  return sealed(exchange, { id, organisation, at }, request, answer ?? answerOf(exchange, form));
}

/** What is kept of a copy of a request for another model, sealed: always as that model got it, and what it wrote. */
export function keptCopy(
  exchange: Exchange,
  { id, at, key }: { readonly id: string; readonly at: number; readonly key: Owner },
  request: string,
  answer: string | null,
): Content | null {
  if (formFor(exchange, key) === 'none') return null;
  return sealed(exchange, { id, organisation: key.organisation, at }, request, answer);
}

const formFor = ({ runtime }: Exchange, { organisation, project }: Owner): ContentForm =>
  settingFor(runtime.snapshot.contentSettings, organisation, project).content;

function sealed(
  { gateway }: Exchange,
  owner: { readonly id: string; readonly organisation: string; readonly at: number },
  request: string | Buffer,
  answer: string | null,
): Content {
  return gateway.contents.seal(owner, {
    // Bytes that are few enough stay what they are: to make text of them, and bytes again, takes time.
    request: request.length <= LONGEST ? request : cut(request.toString()),
    answer: answer === null ? null : cut(answer),
  });
}

/** The request as a model saw it; where none did, its texts as they stand after redaction. */
function asSent({ sent, run, decision, graph }: Exchange, parsed: ClientRequest): string | Buffer {
  if (sent) return sent;
  if (!run || !decision || !graph) return '';
  // Without its texts where a redact node was passed by: nobody knows what is in them.
  if (!isRedacted(decision.trace, graph)) return '';
  return JSON.stringify({ model: parsed.view.model, texts: run.view.slots.map((slot) => slot.text) });
}

function answerOf({ answer, run }: Exchange, form: ContentForm): string | null {
  if (!answer) return null;
  return form === 'full' ? withValues(answer.text, run) : answer.text;
}

/** An answer with the values that its placeholders stand for, as the app got it. */
function withValues(answer: string, run: Run | null): string {
  const placeholders = run?.placeholders;
  if (!placeholders || placeholders.size === 0 || !answer.includes('[[')) return answer;
  try {
    return JSON.stringify(JSON.parse(answer), (_, value) =>
      typeof value === 'string' ? restored(value, placeholders) : value,
    );
  } catch {
    return placeholders.restore(answer);
  }
}

/** Arguments of tools are JSON within a text: what is put back there is escaped once more. */
const restored = (text: string, placeholders: Placeholders): string =>
  /^\s*[[{]/.test(text) && isJson(text) ? placeholders.restoreInJson(text) : placeholders.restore(text);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const cut = (text: string): string => {
  const more = text.length - LONGEST;
  return more <= 0 ? text : `${text.slice(0, LONGEST)}… (${more} more characters are not kept)`;
};
