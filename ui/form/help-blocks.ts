/** The help of kinds as blocks of text: the few forms of Markdown that it is written in, and nothing that could run. */

export type Span = { readonly type: 'text' | 'strong' | 'emphasis' | 'code'; readonly text: string };

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly spans: readonly Span[] }
  | { readonly type: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly Item[] };

export interface Item {
  readonly spans: readonly Span[];
  readonly items: readonly Item[];
}

interface Line {
  readonly indent: number;
  readonly marker: 'bullet' | 'number' | null;
  readonly text: string;
}

function readLine(line: string): Line {
  const [, space = '', marker, rest = ''] = /^(\s*)(?:([-*]|\d+\.)\s+)?(.*)$/.exec(line) ?? [];
  return {
    indent: space.length,
    marker: marker === undefined ? null : /\d/.test(marker) ? 'number' : 'bullet',
    text: rest.trim(),
  };
}

interface OpenItem {
  text: string;
  readonly indent: number;
  readonly items: OpenItem[];
}

/** The blocks of a text. */
export function helpBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/\r?\n/);
  let paragraph = '';
  let list: { readonly ordered: boolean; readonly items: OpenItem[] } | null = null;
  const close = (): void => {
    if (paragraph !== '') blocks.push({ type: 'paragraph', spans: spansOf(paragraph) });
    if (list) blocks.push({ type: 'list', ordered: list.ordered, items: list.items.map(finished) });
    paragraph = '';
    list = null;
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.startsWith('```')) {
      close();
      const end = lines.findIndex((one, at) => at > i && one.startsWith('```'));
      const last = end === -1 ? lines.length : end;
      blocks.push({ type: 'code', text: lines.slice(i + 1, last).join('\n') });
      i = last;
    } else if (heading) {
      close();
      blocks.push({ type: 'heading', level: heading[1]?.length ?? 1, spans: spansOf(heading[2] ?? '') });
    } else if (line.trim() === '') {
      if (paragraph !== '' || nextIsNoItem(lines[i + 1])) close();
    } else {
      const { indent, marker, text: words } = readLine(line);
      if (marker && paragraph === '') {
        list ??= { ordered: marker === 'number', items: [] };
        const parent = list.items.at(-1);
        const into: OpenItem[] = parent && indent > parent.indent ? parent.items : list.items;
        into.push({ text: words, indent, items: [] });
      } else if (list) {
        const top: OpenItem | undefined = list.items.at(-1);
        const inner = top?.items.at(-1);
        const open = inner && indent > inner.indent ? inner : top;
        if (open) open.text += ` ${words}`;
      } else paragraph += `${paragraph === '' ? '' : ' '}${line.trim()}`;
    }
  }
  close();
  return blocks;
}

const nextIsNoItem = (line: string | undefined): boolean => line === undefined || readLine(line).marker === null;

const finished = ({ text, items }: OpenItem): Item => ({ spans: spansOf(text), items: items.map(finished) });

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\([^)]*\)/g;

/** Links are shown as their words: help stands beside what it speaks of. */
function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) spans.push({ type: 'text', text: text.slice(at, found.index) });
    const [, code, strong, emphasis, link] = found;
    if (code !== undefined) spans.push({ type: 'code', text: code });
    else if (strong !== undefined) spans.push({ type: 'strong', text: strong });
    else if (emphasis !== undefined) spans.push({ type: 'emphasis', text: emphasis });
    else spans.push({ type: 'text', text: link ?? '' });
    at = found.index + found[0].length;
  }
  if (at < text.length) spans.push({ type: 'text', text: text.slice(at) });
  return spans;
}
