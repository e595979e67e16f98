/** `policies:pull`: the policies of a server as files. */
import { writePolicyFile } from '../../policies/policy-file.ts';
import { count } from './count.ts';
import { type FoundFile, fileOf, readPolicy, writePolicy } from './policy-folder.ts';
import { sameContent, sameWords } from './same.ts';
import {
  budgetNamesOf,
  draftOf,
  policiesOf,
  Refused,
  type ServerApi,
  type ServerPolicy,
  versionOf,
} from './server-api.ts';

export interface PullOptions {
  /** The drafts, rather than what is live. */
  readonly draft: boolean;
  /** Also over files that were changed here and not pushed. */
  readonly overwrite: boolean;
}

/**
 * Writes a file for each policy that is not in the archive; those that are as they should be are left alone, and so are those
 * that were changed here. Says what it does. Gives the exit code: 1 where a file was left because of its changes.
 */
export async function pull(
  api: ServerApi,
  folder: string,
  options: PullOptions,
  print: (line: string) => void,
): Promise<number> {
  const policies = (await policiesOf(api)).filter(({ archived }) => !archived);
  const { ids, names } = await budgetNamesOf(api);
  const counts = { written: 0, same: 0, left: 0 };
  for (const policy of policies) {
    const { id, name, title, description, liveVersion: version } = policy;
    const file = fileOf(name);
    if (version === null && !options.draft) {
      print(`${file}: not written, since no version of it was published yet. Its draft comes with --draft.`);
      continue;
    }
    const { graph, layout, tests } =
      version === null || options.draft ? await draftOf(api, id) : await versionOf(api, id, version);
    const now = { name, title, description, version, graph, layout, tests };
    const here = await readPolicy(folder, file, ids);
    if (here?.ok && sameContent(here.policy, now) && sameWords(here.policy, now) && here.policy.version === version) {
      counts.same += 1;
      continue;
    }
    if (here && !options.overwrite && !(await cameFrom(api, policy, here, now))) {
      counts.left += 1;
      print(
        `${file}: left as it is, since it has changes that are not on the server. Keep a copy of it, then pull with --overwrite.`,
      );
      continue;
    }
    await writePolicy(folder, file, writePolicyFile(now, names));
    counts.written += 1;
    const what = options.draft ? 'the draft' : `version ${version}`;
    print(`${file}: ${here ? 'written again' : 'new'}, ${what}`);
  }
  const left = counts.left === 0 ? '' : `, ${counts.left} left as they are`;
  print(`${count(counts.written, 'file', 'files')} written, ${counts.same} already as on the server${left}.`);
  return counts.left === 0 ? 0 : 1;
}

/** Whether all that a file has is on the server: it is what is to be written, or the version that it says it came from. */
async function cameFrom(
  api: ServerApi,
  { id }: ServerPolicy,
  here: FoundFile,
  now: Parameters<typeof sameContent>[1],
): Promise<boolean> {
  if (!here.ok) return false;
  if (sameContent(here.policy, now)) return true;
  if (here.policy.version === null) return false;
  try {
    return sameContent(here.policy, await versionOf(api, id, here.policy.version));
  } catch (error) {
    if (error instanceof Refused && error.code === 'not_found') return false;
    throw error;
  }
}
