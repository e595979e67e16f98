/** What the gateway and the process that makes an export tell each other. */
import type { ExportJob } from './pieces.ts';

/** What the process is told. */
export interface ToExport {
  readonly settings: { readonly dataDir: string; readonly databaseUrl: string | undefined };
  readonly job: ExportJob;
  /** Whether the file is packed on its way. */
  readonly gzip: boolean;
}

/** What it says: how many requests were read so far, and in the end the SHA-256 of the whole file, in hexadecimal. */
export type FromExport =
  | { readonly kind: 'told'; readonly rows: number }
  | { readonly kind: 'done'; readonly rows: number; readonly digest: string };

/** Where the process writes the file to and the gateway reads it from: the place of that pipe among the process's files. */
export const PIPE = 4;
