/** Settings of the commands that work with files of policies, read from the environment. */
import { z } from 'zod';

const table = {
  SIGNALBOX_URL: {
    schema: z
      .url({ protocol: /^https?$/, error: 'it must be an address such as http://127.0.0.1:8080' })
      .default('http://127.0.0.1:8080'),
    description: 'Address of the running Signalbox; http://127.0.0.1:8080 where it is not set.',
  },
  SIGNALBOX_ADMIN_TOKEN: {
    schema: z.string().optional(),
    description: 'The admin token that this Signalbox was started with.',
  },
} as const;

const schema = z.object({
  SIGNALBOX_URL: table.SIGNALBOX_URL.schema,
  SIGNALBOX_ADMIN_TOKEN: table.SIGNALBOX_ADMIN_TOKEN.schema,
});

export interface FileSettings {
  readonly url: string;
  /** Null where none is set. */
  readonly token: string | null;
}

/** Each setting with what it is, for the help. */
export const settingWords: readonly string[] = Object.entries(table).map(
  ([name, { description }]) => `${name}: ${description}`,
);

/** Reads the settings; throws an Error with a sentence for the first that cannot be used. Empty counts as not set. */
export function readFileSettings(environment: Readonly<Record<string, string | undefined>>): FileSettings {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => Object.hasOwn(table, name) && value !== ''),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return { url: parsed.data.SIGNALBOX_URL, token: parsed.data.SIGNALBOX_ADMIN_TOKEN ?? null };
  const [issue] = parsed.error.issues;
  throw new Error(`The setting ${issue?.path.join('.')} cannot be used: ${issue?.message}.`);
}
