import type { Config } from './config.ts';
import type { ConfiguredProvider } from './providers/index.ts';
import type { RunningServer } from './server.ts';

/** What a person sees when the gateway has started: where to go, how to sign in, and a line to paste. */
export function welcome(running: RunningServer, config: Config, providers: readonly ConfiguredProvider[]): string {
  const { url, seeded, lost } = running;
  const lines = [
    '',
    `  Signalbox is running at ${url}`,
    `  Providers: ${providers.map(({ provider }) => provider.name).join(', ') || 'none'}`,
  ];
  if (lost > 0)
    lines.push(
      `  ${lost} ${lost === 1 ? 'request was' : 'requests were'} under way when the gateway died; charged at what was held, and marked as lost.`,
    );
  if (seeded) {
    const password = seeded.adminPassword ?? 'the one in SIGNALBOX_ADMIN_PASSWORD';
    const key = seeded.apiKey ?? config.apiKey ?? '';
    lines.push(
      '',
      `  Sign in       ${seeded.adminEmail}`,
      `  Password      ${password}`,
      `  API key       ${seeded.apiKey ?? 'the one in SIGNALBOX_API_KEY'}`,
    );
    lines.push('', '  These are shown only now: keep them. Try it (paste this into another terminal):', '');
    lines.push(
      `curl ${url}/v1/chat/completions -H 'authorization: Bearer ${seeded.apiKey ? key : '$SIGNALBOX_API_KEY'}' -H 'content-type: application/json' -d '{"model":"sandbox/large","messages":[{"role":"user","content":"give me a synonym for happy"}]}'`.replace(
        "'authorization: Bearer $SIGNALBOX_API_KEY'",
        '"authorization: Bearer $SIGNALBOX_API_KEY"',
      ),
    );
  } else lines.push(`  Sign in as ${config.adminEmail}, or with the account that you have made since.`);
  lines.push('');
  return lines.join('\n');
}
