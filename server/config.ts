/** Settings: read from the environment once, validated, each documented in the table that this file makes. */
import { z } from 'zod';
import { providerSettings } from './providers/index.ts';

interface Setting {
  readonly name: string;
  readonly description: string;
  readonly default: string | null;
}

const own = {
  HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    description: 'Address to listen on. Use 0.0.0.0 to be reached from other machines.',
    shown: '127.0.0.1',
  },
  PORT: {
    schema: z.coerce
      .number('it must be a number')
      .int('it must be a whole number')
      .min(0, 'it must be 0 to 65535')
      .max(65535, 'it must be 0 to 65535')
      .default(8080),
    description: 'Port to listen on; 0 for any free one.',
    shown: '8080',
  },
  DATA_DIR: {
    schema: z.string().min(1).default('data'),
    description: 'Folder of the embedded database.',
    shown: 'data',
  },
  DATABASE_URL: {
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'it must begin with postgres://')
      .optional(),
    description:
      'A PostgreSQL database to use in place of the embedded one, as postgres://user:password@host/name. One gateway serves it at a time.',
    shown: null,
  },
  REDIS_URL: {
    schema: z.never('sharing counters through Redis is not built yet; one gateway runs without it').optional(),
    description: 'For several gateways that share one state. Not built yet: setting it stops the start.',
    shown: null,
  },
  DURABILITY: {
    schema: z.enum(['process', 'power'], 'it must be process or power').default('process'),
    description: 'What records survive: `process` (a crash of the gateway) or `power` (a power cut as well, slower).',
    shown: 'process',
  },
  EVALUATOR: {
    schema: z.enum(['sample', 'library'], 'it must be sample or library').default('sample'),
    description:
      'How many live decisions the rules library evaluates a second time, off the request’s path: a `sample` of 1 %, or all (`library`).',
    shown: 'sample',
  },
  BODY_LIMIT_MB: {
    schema: z.coerce
      .number('it must be a number')
      .min(0.001, 'it must be above 0')
      .max(512, 'it must be at most 512')
      .default(20),
    description: 'Largest body of a request, in megabytes.',
    shown: '20',
  },
  SIGNALBOX_ADMIN_EMAIL: {
    schema: z.email('it must be an e-mail address').default('admin@example.com'),
    description: 'E-mail address of the first administrator; used on the first start.',
    shown: 'admin@example.com',
  },
  SIGNALBOX_ADMIN_PASSWORD: {
    schema: z.string().min(10, 'it must have at least 10 characters').optional(),
    description: 'Password of the first administrator; made up and printed on the first start when it is not set.',
    shown: null,
  },
  SIGNALBOX_ADMIN_TOKEN: {
    schema: z.string().min(20, 'it must have at least 20 characters').optional(),
    description: 'Lets programs use the control API with `Authorization: Bearer`.',
    shown: null,
  },
  SIGNALBOX_API_KEY: {
    schema: z.string().min(20, 'it must have at least 20 characters').optional(),
    description: 'The first API key for apps; made up and printed on the first start when it is not set.',
    shown: null,
  },
} as const;

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly durability: 'process' | 'power';
  /** Share of live decisions that the rules library evaluates too. */
  readonly secondOpinions: number;
  readonly bodyLimit: number;
  readonly adminEmail: string;
  readonly adminPassword: string | null;
  readonly adminToken: string | null;
  readonly apiKey: string | null;
}

/** Every setting, for the documentation. */
export const settings: readonly Setting[] = [
  ...Object.entries(own).map(([name, { description, shown }]) => ({ name, description, default: shown })),
  ...providerSettings,
];

const schema = z.object({
  HOST: own.HOST.schema,
  PORT: own.PORT.schema,
  DATA_DIR: own.DATA_DIR.schema,
  DATABASE_URL: own.DATABASE_URL.schema,
  REDIS_URL: own.REDIS_URL.schema,
  DURABILITY: own.DURABILITY.schema,
  EVALUATOR: own.EVALUATOR.schema,
  BODY_LIMIT_MB: own.BODY_LIMIT_MB.schema,
  SIGNALBOX_ADMIN_EMAIL: own.SIGNALBOX_ADMIN_EMAIL.schema,
  SIGNALBOX_ADMIN_PASSWORD: own.SIGNALBOX_ADMIN_PASSWORD.schema,
  SIGNALBOX_ADMIN_TOKEN: own.SIGNALBOX_ADMIN_TOKEN.schema,
  SIGNALBOX_API_KEY: own.SIGNALBOX_API_KEY.schema,
});

/** Reads the settings; throws an Error with one sentence for each that is wrong. An empty variable counts as not set. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => Object.hasOwn(own, name) && value !== ''),
  );
  const parsed = schema.safeParse(set);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues
        .map((issue) => `The setting ${issue.path.join('.')} cannot be used: ${issue.message}.`)
        .join('\n'),
    );
  }
  const value = parsed.data;
  return {
    host: value.HOST,
    port: value.PORT,
    dataDir: value.DATA_DIR,
    databaseUrl: value.DATABASE_URL,
    durability: value.DURABILITY,
    secondOpinions: value.EVALUATOR === 'library' ? 1 : 0.01,
    bodyLimit: Math.floor(value.BODY_LIMIT_MB * 1024 * 1024),
    adminEmail: value.SIGNALBOX_ADMIN_EMAIL,
    adminPassword: value.SIGNALBOX_ADMIN_PASSWORD ?? null,
    adminToken: value.SIGNALBOX_ADMIN_TOKEN ?? null,
    apiKey: value.SIGNALBOX_API_KEY ?? null,
  };
}
