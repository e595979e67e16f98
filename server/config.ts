/** Settings: read from the environment once, validated, each documented in the table that this file makes. */
import ipaddr from 'ipaddr.js';
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
  PUBLIC_URL: {
    schema: z
      .url({ protocol: /^https?$/, error: 'it must be a web address such as https://gateway.example.com' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    description: 'Where people reach these pages, for links in messages; without it, messages name the path alone.',
    shown: null,
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
  SMTP_URL: {
    schema: z
      .string()
      .regex(/^smtps?:\/\/[^\s/]+/, 'it must begin with smtp:// or smtps://')
      .optional(),
    description:
      'The server that sends messages by e-mail, as smtp://user:password@host:587 (with STARTTLS) or smtps://. Without it, no channel can be an e-mail.',
    shown: null,
  },
  ALERT_FROM: {
    schema: z.email('it must be an e-mail address').optional(),
    description: 'Whom messages by e-mail are from; needed with SMTP_URL.',
    shown: null,
  },
  ALLOW_PRIVATE_WEBHOOKS: {
    schema: z.enum(['true', 'false'], 'it must be true or false').default('false'),
    description:
      'Whether messages may go to webhooks in the gateway’s own network: loopback, private and link-local addresses.',
    shown: 'false',
  },
  STREAM_HEARTBEAT_SECONDS: {
    schema: z.coerce
      .number('it must be a number')
      .min(0, 'it must be 0 or more')
      .max(3600, 'it must be at most 3600')
      .default(0),
    description:
      'After so many seconds of silence, a stream that has begun gets a comment, for proxies that close silent connections; 0 for never.',
    shown: '0',
  },
  METRICS_TOKEN: {
    schema: z.string().min(20, 'it must have at least 20 characters').optional(),
    description:
      'Who sends it as `Authorization: Bearer` may read `/metrics`. Without it, only programs on the same machine may, and nobody where HOST is not loopback.',
    shown: null,
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: z
      .url({ protocol: /^https?$/, error: 'it must be a web address such as http://127.0.0.1:4318' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    description: 'An OpenTelemetry collector that takes OTLP over HTTP. Set it to send it a trace of every request.',
    shown: null,
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    schema: z
      .string()
      .regex(/^[^=,\s]+=[^,]*(,[^=,\s]+=[^,]*)*$/, 'it must be name=value, separated by commas')
      .optional(),
    description: 'Headers for that collector, such as its key, as name=value separated by commas.',
    shown: null,
  },
  TRUSTED_PROXIES: {
    schema: z
      .string()
      .transform((text) => text.split(',').map((one) => one.trim()))
      .refine(
        (list) => list.every((one) => ipaddr.isValid(one) || ipaddr.isValidCIDR(one)),
        'it must be addresses or ranges such as 10.0.0.0/8, separated by commas',
      )
      .optional(),
    description:
      'Addresses of your own proxies, separated by commas. What they say in `X-Forwarded-For` and `X-Forwarded-Proto` is believed: who signs in from where, from where keys are used, and whether cookies need TLS.',
    shown: null,
  },
  ALLOW_PRIVATE_ISSUERS: {
    schema: z.enum(['true', 'false'], 'it must be true or false').default('false'),
    description:
      'Whether providers of sign-in may be in the gateway’s own network, and without TLS there. See docs/sign-in.md.',
    shown: 'false',
  },
  SECRET_KEY: {
    schema: z
      .string()
      .refine((text) => Buffer.from(text, 'base64').length === 32, 'it must be 32 bytes in base64')
      .optional(),
    description:
      'Seals secrets in the database, such as the addresses of webhooks: 32 bytes in base64. Without it, a key is made on the first start and kept in the file `secret.key` of DATA_DIR: keep a copy of it.',
    shown: null,
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
  /** Where people reach the pages, without a slash at the end; null where it is not known. */
  readonly publicUrl: string | null;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly durability: 'process' | 'power';
  /** Share of live decisions that the rules library evaluates too. */
  readonly secondOpinions: number;
  readonly bodyLimit: number;
  /** The server that sends e-mail; null where none is set up. */
  readonly mail: { readonly url: string; readonly from: string } | null;
  /** Whether webhooks may lead into the gateway's own network. */
  readonly allowPrivateWebhooks: boolean;
  /** Silence after which a stream gets a comment, in milliseconds; 0 for none. */
  readonly heartbeatMs: number;
  /** Who may read the metrics: with a token, or, where it is null, programs on this machine; null where nobody may. */
  readonly metrics: { readonly token: string | null } | null;
  /** The collector of traces; null where there is none. */
  readonly tracing: { readonly endpoint: string; readonly headers: Readonly<Record<string, string>> } | null;
  /** Addresses and ranges of proxies whose word counts for where a request comes from. */
  readonly trustedProxies: readonly string[];
  /** Whether providers of sign-in may be in the gateway's own network. */
  readonly allowPrivateIssuers: boolean;
  /** 32 bytes in base64; null for a key in a file. */
  readonly secretKey: string | null;
  readonly adminEmail: string;
  readonly adminPassword: string | null;
  readonly adminToken: string | null;
  readonly apiKey: string | null;
  /** Every setting as people may read it: secrets and addresses that can hold them only as `set` or `not set`. */
  readonly effective: Readonly<Record<string, string>>;
}

/** Every setting, for the documentation. */
export const settings: readonly Setting[] = [
  ...Object.entries(own).map(([name, { description, shown }]) => ({ name, description, default: shown })),
  ...providerSettings,
];

const schema = z.object({
  HOST: own.HOST.schema,
  PORT: own.PORT.schema,
  PUBLIC_URL: own.PUBLIC_URL.schema,
  DATA_DIR: own.DATA_DIR.schema,
  DATABASE_URL: own.DATABASE_URL.schema,
  REDIS_URL: own.REDIS_URL.schema,
  DURABILITY: own.DURABILITY.schema,
  EVALUATOR: own.EVALUATOR.schema,
  BODY_LIMIT_MB: own.BODY_LIMIT_MB.schema,
  SMTP_URL: own.SMTP_URL.schema,
  ALERT_FROM: own.ALERT_FROM.schema,
  ALLOW_PRIVATE_WEBHOOKS: own.ALLOW_PRIVATE_WEBHOOKS.schema,
  STREAM_HEARTBEAT_SECONDS: own.STREAM_HEARTBEAT_SECONDS.schema,
  METRICS_TOKEN: own.METRICS_TOKEN.schema,
  OTEL_EXPORTER_OTLP_ENDPOINT: own.OTEL_EXPORTER_OTLP_ENDPOINT.schema,
  OTEL_EXPORTER_OTLP_HEADERS: own.OTEL_EXPORTER_OTLP_HEADERS.schema,
  TRUSTED_PROXIES: own.TRUSTED_PROXIES.schema,
  ALLOW_PRIVATE_ISSUERS: own.ALLOW_PRIVATE_ISSUERS.schema,
  SECRET_KEY: own.SECRET_KEY.schema,
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
    publicUrl: value.PUBLIC_URL ?? null,
    dataDir: value.DATA_DIR,
    databaseUrl: value.DATABASE_URL,
    durability: value.DURABILITY,
    secondOpinions: value.EVALUATOR === 'library' ? 1 : 0.01,
    bodyLimit: Math.floor(value.BODY_LIMIT_MB * 1024 * 1024),
    mail: mailServer(value.SMTP_URL, value.ALERT_FROM),
    allowPrivateWebhooks: value.ALLOW_PRIVATE_WEBHOOKS === 'true',
    heartbeatMs: Math.round(value.STREAM_HEARTBEAT_SECONDS * 1000),
    metrics: metricsReaders(value.METRICS_TOKEN, value.HOST),
    tracing:
      value.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? null
        : {
            endpoint: value.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: headersOf(value.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
          },
    trustedProxies: value.TRUSTED_PROXIES ?? [],
    allowPrivateIssuers: value.ALLOW_PRIVATE_ISSUERS === 'true',
    secretKey: value.SECRET_KEY ?? null,
    adminEmail: value.SIGNALBOX_ADMIN_EMAIL,
    adminPassword: value.SIGNALBOX_ADMIN_PASSWORD ?? null,
    adminToken: value.SIGNALBOX_ADMIN_TOKEN ?? null,
    apiKey: value.SIGNALBOX_API_KEY ?? null,
    effective: effectiveSettings(environment),
  };
}

/** Settings that cannot hold a secret; all others are told of only as set or not. */
const OPEN: ReadonlySet<string> = new Set([
  ...['HOST', 'PORT', 'PUBLIC_URL', 'DATA_DIR', 'DURABILITY', 'EVALUATOR', 'BODY_LIMIT_MB', 'ALLOW_PRIVATE_WEBHOOKS'],
  ...['STREAM_HEARTBEAT_SECONDS', 'SANDBOX', 'ALLOW_PRIVATE_ISSUERS', 'TRUSTED_PROXIES'],
]);

function effectiveSettings(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== '';
  return Object.fromEntries(
    settings.map((setting) => {
      if (!OPEN.has(setting.name)) return [setting.name, isSet(setting.name) ? 'set' : 'not set'];
      return [setting.name, (isSet(setting.name) ? environment[setting.name] : setting.default) ?? 'not set'];
    }),
  );
}

function metricsReaders(token: string | undefined, host: string): Config['metrics'] {
  if (token !== undefined) return { token };
  return /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host) ? { token: null } : null;
}

/** Headers written as name=value, separated by commas. */
function headersOf(text: string): Record<string, string> {
  const pairs = text === '' ? [] : text.split(',');
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]),
  );
}

function mailServer(url: string | undefined, from: string | undefined): Config['mail'] {
  if (url === undefined) return null;
  if (from !== undefined) return { url, from };
  throw new Error('The setting SMTP_URL cannot be used: it needs ALERT_FROM, the address that messages are from.');
}
