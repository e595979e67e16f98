/** A client that reads an export of any length and keeps none of it: it counts lines and adds up the digest. */
import { createHash } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';

export interface ReadFile {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Line breaks. */
  readonly lines: number;
  readonly bytes: number;
  /** SHA-256 of what was read, in hexadecimal. */
  readonly sha256: string;
  /** The last line, without its line break. */
  readonly last: string;
  /** What came after the last byte; nothing where the connection broke off before. */
  readonly trailers: NodeJS.Dict<string>;
  /** Whether the answer came to its own end. */
  readonly whole: boolean;
}

/** Asks for a file and resolves when the answer has begun, before anything of it is read. */
export function askForFile(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).once('error', reject);
  });
}

const LINE_BREAK = 0x0a;

/** Reads the rest of an answer; `told` hears of each piece how many lines there are so far. */
export async function readToEnd(answer: IncomingMessage, told: (lines: number) => void = () => {}): Promise<ReadFile> {
  const sum = createHash('sha256');
  let lines = 0;
  let bytes = 0;
  let rest = '';
  let last = '';
  try {
    for await (const piece of answer) {
      if (!Buffer.isBuffer(piece)) throw new TypeError('Bytes were expected.');
      sum.update(piece);
      bytes += piece.length;
      for (let at = piece.indexOf(LINE_BREAK); at !== -1; at = piece.indexOf(LINE_BREAK, at + 1)) lines += 1;
      const ended = piece.lastIndexOf(LINE_BREAK);
      if (ended === -1) rest += piece.toString('latin1');
      else {
        const whole = rest + piece.toString('latin1', 0, ended);
        last = whole.slice(whole.lastIndexOf('\n') + 1);
        rest = piece.toString('latin1', ended + 1);
      }
      told(lines);
    }
  } catch {
    // It broke off: what is not whole says so itself.
  }
  const { statusCode: status = 0, headers, trailers, complete: whole } = answer;
  return { status, headers, lines, bytes, sha256: sum.digest('hex'), last, trailers, whole };
}
