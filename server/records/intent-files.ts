/**
 * Intents in files beside the embedded database. An intent lives for the time of one request and is only ever read after a
 * crash: as a line at the end of a file it takes a third of what a row takes that is put into a table and out again.
 */
import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Durability } from '../store/sqlite.ts';
import type { Intent } from './record.ts';

/** Characters after which a new file is begun. A file goes when the last of its requests has been recorded. */
const LONGEST_FILE = 4_000_000;
/**
 * Milliseconds after which a write that everything waits for was slow, and for how many times as long another thread
 * writes then: a disk in trouble holds everything up for a twentieth of the time at most.
 */
const SLOW_MS = 5;
const REST = 20;
const NAME = /^(\d+)\.jsonl$/;

interface IntentFile {
  readonly path: string;
  /** Requests that have their last intent here and no record, and one more while the file is written to. */
  open: number;
}

interface OpenFile extends IntentFile {
  readonly handle: FileHandle;
  characters: number;
}

/** Every intent in the files of a folder, in the order in which they were written. */
export async function intentsIn(folder: string): Promise<Intent[]> {
  return (await filesIn(folder)).flatMap(({ intents }) => intents);
}

interface FileContent {
  readonly number: number;
  readonly path: string;
  readonly intents: readonly Intent[];
}

async function filesIn(folder: string): Promise<FileContent[]> {
  const numbers = (await readdir(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  const files: FileContent[] = [];
  for (const number of numbers.sort((a, b) => a - b)) {
    const path = join(folder, `${number}.jsonl`);
    files.push({ number, path, intents: linesOf(await readFile(path, 'utf8')) });
  }
  return files;
}

/** A line that was cut by the end of the process, or of the disk, was never confirmed to anyone. */
function linesOf(text: string): Intent[] {
  return text.split('\n').flatMap((line): Intent[] => {
    if (line === '') return [];
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** The files of one folder. Nobody else may use it. */
export class IntentFiles {
  readonly #folder: string;
  readonly #durability: Durability;
  readonly #open = new Map<string, { readonly intent: Intent; readonly file: IntentFile }>();
  #lastNumber: number;
  #current: OpenFile | null = null;
  /** Appends that another thread is to do. */
  #waiting = 0;
  /** Until when writes are left to another thread, by `performance.now()`. */
  #slowUntil = 0;
  /** What is done to the files is done one after another. */
  #working: Promise<void> = Promise.resolve();

  private constructor(folder: string, durability: Durability, lastNumber: number) {
    this.#folder = folder;
    this.#durability = durability;
    this.#lastNumber = lastNumber;
  }

  /** Takes over the intents of a folder, which is made when it is missing. */
  static async open(folder: string, durability: Durability): Promise<IntentFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const files = await filesIn(folder);
    const opened = new IntentFiles(folder, durability, files.at(-1)?.number ?? 0);
    for (const { path, intents } of files) {
      const file: IntentFile = { path, open: 1 };
      for (const intent of intents) opened.#note(intent, file);
      opened.#release(file);
    }
    return opened;
  }

  /** Resolves when the intents are durable; an intent of a request that has one already takes its place. */
  async append(intents: readonly Intent[]): Promise<void> {
    this.#waiting += 1;
    const appended = this.#working.then(() => this.#append(intents));
    this.#working = appended.catch(() => {});
    try {
      await appended;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** As `append`, and where it can as `appendNow`. */
  async appendAtOnce(intents: readonly Intent[]): Promise<void> {
    if (!this.appendNow(intents)) await this.append(intents);
  }

  /**
   * Appends before it returns; false, with nothing written, where another thread has to. What has to survive the process
   * alone is safe in the system's memory, where a line is in some microseconds; another thread costs several times as much,
   * and a busy event loop is late to hear of its end. A disk that hangs would hold up everything: not to be called when
   * there are signs of that. Throws what the disk says.
   */
  appendNow(intents: readonly Intent[]): boolean {
    const file = this.#current;
    if (file === null || this.#waiting > 0 || this.#durability === 'power') return false;
    if (performance.now() < this.#slowUntil) return false;
    const since = performance.now();
    const bytes = Buffer.from(this.#noted(intents, file));
    for (let written = 0; written < bytes.length; ) written += writeSync(file.handle.fd, bytes, written);
    const now = performance.now();
    if (now - since > SLOW_MS) this.#slowUntil = now + (now - since) * REST;
    if (file.characters > LONGEST_FILE) this.#working = this.#working.then(() => this.#finish());
    return true;
  }

  /** Forgets the intent of a request that has been recorded. */
  end(id: string): void {
    const known = this.#open.get(id);
    if (known === undefined) return;
    this.#open.delete(id);
    this.#release(known.file);
  }

  /** Intents that nobody has ended. */
  get left(): Intent[] {
    return Array.from(this.#open.values(), ({ intent }) => intent);
  }

  async close(): Promise<void> {
    this.#working = this.#working.then(() => this.#finish());
    // Where the file can go, that comes last.
    await this.#working;
    await this.#working;
  }

  async #append(intents: readonly Intent[]): Promise<void> {
    this.#current ??= await this.#begin();
    const file = this.#current;
    await file.handle.appendFile(this.#noted(intents, file));
    if (this.#durability === 'power') await file.handle.datasync();
    if (file.characters > LONGEST_FILE) await this.#finish();
  }

  /** Their lines, once they are noted as being in the file. */
  #noted(intents: readonly Intent[], file: OpenFile): string {
    // An empty line first: what an earlier write may have left unfinished must not run into the next one.
    let lines = '\n';
    for (const intent of intents) {
      this.#note(intent, file);
      lines += `${JSON.stringify(intent)}\n`;
    }
    file.characters += lines.length;
    return lines;
  }

  async #begin(): Promise<OpenFile> {
    const path = join(this.#folder, `${this.#lastNumber + 1}.jsonl`);
    const handle = await open(path, 'a', 0o600);
    this.#lastNumber += 1;
    if (this.#durability === 'power') await syncFolder(this.#folder);
    return { path, handle, characters: 0, open: 1 };
  }

  /** Begins another file with the next intent. */
  async #finish(): Promise<void> {
    const file = this.#current;
    if (file === null) return;
    this.#current = null;
    await file.handle.close();
    this.#release(file);
  }

  #note(intent: Intent, file: IntentFile): void {
    file.open += 1;
    const before = this.#open.get(intent.id);
    this.#open.set(intent.id, { intent, file });
    if (before !== undefined) this.#release(before.file);
  }

  /** A file of which nothing is needed any more goes. One that cannot be removed is read again at the next start. */
  #release(file: IntentFile): void {
    file.open -= 1;
    if (file.open === 0) this.#working = this.#working.then(() => unlink(file.path).catch(() => {}));
  }
}

/** So that the file itself survives a power cut, and not only what is in it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}
