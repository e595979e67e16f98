/** What `npm run policies:pull`, `policies:check` and `policies:push` start. */
import { runCommand } from './command.ts';

process.exitCode = await runCommand(process.argv.slice(2), process.env, (line) => console.log(line));
