/** `policies:push`: files that were changed become versions on the server; the others are left alone. */
import { z } from 'zod';
import { diffGraphs } from '../../policies/diff.ts';
import { writePolicyFile } from '../../policies/policy-file.ts';
import { checkOnServer, sayFindings } from './check.ts';
import { count } from './count.ts';
import { type FilePolicy, filesIn, readPolicy, writePolicy } from './policy-folder.ts';
import { sameContent, sameJson, sameWords } from './same.ts';
import {
  budgetNamesOf,
  draftOf,
  policiesOf,
  Refused,
  type ServerApi,
  type ServerDraft,
  type ServerPolicy,
  type ServerVersion,
  versionOf,
} from './server-api.ts';

/** A file and what it is to change. */
interface Push {
  readonly file: string;
  readonly policy: FilePolicy;
  /** The policy of that name on the server; null for a new one. */
  readonly there: {
    readonly policy: ServerPolicy;
    readonly live: ServerVersion | null;
    readonly draft: ServerDraft;
  } | null;
}

/** A push, nothing to do, or why there may be none. */
type Plan = { readonly push: Push | null } | { readonly refused: string };

const published = z.object({ number: z.int() });
const saved = z.object({ revision: z.int() });
const created = z.object({ policy: z.object({ id: z.string() }), draft: saved });

/**
 * Publishes each file of a folder that says something else than the server, with the reason. All files are looked at before
 * anything is changed, and one that cannot be pushed stops all. Gives the exit code: 1 where nothing or not all was pushed.
 */
export async function push(
  api: ServerApi,
  folder: string,
  reason: string,
  print: (line: string) => void,
): Promise<number> {
  const files = await filesIn(folder);
  if (files === null || files.length === 0) {
    print(`There are no policy files in ${folder}. Pull some first, or name another folder with --folder.`);
    return 2;
  }
  const policies = new Map((await policiesOf(api)).map((policy) => [policy.name, policy]));
  const { ids, names } = await budgetNamesOf(api);
  const pushes: Push[] = [];
  let refused = 0;
  for (const file of files) {
    const found = await readPolicy(folder, file, ids);
    if (!found) continue;
    const plan = found.ok ? await planOf(api, file, found.policy, policies) : { refused: found.why };
    if ('refused' in plan) {
      refused += 1;
      print(`${file}: error: ${plan.refused}`);
    } else if (plan.push) {
      const findings = await checkOnServer(api, plan.push.policy.graph, plan.push.policy.tests);
      for (const line of sayFindings(file, findings)) print(line);
      if (findings.some(({ error }) => error)) refused += 1;
      else pushes.push(plan.push);
    }
  }
  if (refused > 0) {
    print(`Nothing was changed on the server: ${count(refused, 'file', 'files')} cannot be pushed.`);
    return 1;
  }
  for (const [done, one] of pushes.entries()) {
    try {
      const version = await carryOut(api, one, reason, print);
      await writePolicy(folder, one.file, writePolicyFile(inFile(one, version), names));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      print(`${one.file}: error: ${why}`);
      print(
        `${done} of ${count(pushes.length, 'changed file', 'changed files')} pushed before that; the rest is as it was.`,
      );
      return 1;
    }
  }
  print(`${count(pushes.length, 'file', 'files')} pushed, ${files.length - pushes.length} already as on the server.`);
  return 0;
}

async function planOf(
  api: ServerApi,
  file: string,
  policy: FilePolicy,
  policies: ReadonlyMap<string, ServerPolicy>,
): Promise<Plan> {
  const found = policies.get(policy.name);
  if (!found) return { push: { file, policy, there: null } };
  if (found.archived)
    return {
      refused: `The policy “${found.title}” is in the archive. Take it out of there first, or delete the file.`,
    };
  const live = found.liveVersion === null ? null : await versionOf(api, found.id, found.liveVersion);
  if (live && sameContent(policy, live) && sameWords(titled(policy, found), found)) return { push: null };
  if (policy.version !== found.liveVersion) {
    const from = policy.version === null ? 'no version' : `version ${policy.version}`;
    const now = found.liveVersion === null ? 'none was published' : `version ${found.liveVersion} is live`;
    return { refused: `It comes from ${from}, while on the server ${now}. Pull first, then make your change again.` };
  }
  const draft = await draftOf(api, found.id);
  if (found.draft.differs && !sameContent(policy, draft)) {
    return {
      refused:
        'On the server its draft has changes that were not published, which a push would overwrite. Publish or undo them there first.',
    };
  }
  return { push: { file, policy, there: { policy: found, live, draft } } };
}

/** A file that does not name its title has the one that is there. */
const titled = (policy: FilePolicy, there: { readonly title: string }): FilePolicy & { readonly title: string } => ({
  ...policy,
  title: policy.title ?? there.title,
});

const inFile = ({ policy, there }: Push, version: number) => ({
  ...titled(policy, there?.policy ?? { title: policy.name }),
  version,
});

/** Changes the server as a file says; gives the number of the version that is live then. */
async function carryOut(
  api: ServerApi,
  { file, policy, there }: Push,
  reason: string,
  print: (line: string) => void,
): Promise<number> {
  const { graph, layout, tests, description } = policy;
  if (there === null) {
    const { name, title } = titled(policy, { title: policy.name });
    const body = { name, title, description, graph, layout, tests };
    const made = await api.ask(created, 'POST', '/policies', body);
    print(`${file}: a new policy`);
    return publish(api, file, made.policy.id, made.draft.revision, reason, print);
  }
  const { id } = there.policy;
  const { title } = titled(policy, there.policy);
  for (const line of changesOf(policy, there)) print(`${file}: ${line}`);
  if (!sameWords({ title, description }, there.policy)) {
    await api.ask(z.object({}), 'PATCH', `/policies/${id}`, { title, description });
    print(`${file}: its title and description are those of the file now`);
  }
  if (there.live && sameContent(policy, there.live)) return there.live.number;
  const draft = { graph, layout, tests };
  const { revision } = sameContent(policy, there.draft)
    ? there.draft
    : await api.ask(saved, 'PUT', `/policies/${id}/draft`, { ...draft, revision: there.draft.revision });
  try {
    return await publish(api, file, id, revision, reason, print);
  } catch (error) {
    // The draft was saved for this alone.
    if (error instanceof Refused && revision !== there.draft.revision) {
      const before = { graph: there.draft.graph, layout: there.draft.layout, tests: there.draft.tests };
      await api.ask(saved, 'PUT', `/policies/${id}/draft`, { ...before, revision });
    }
    throw error;
  }
}

async function publish(
  api: ServerApi,
  file: string,
  id: string,
  revision: number,
  reason: string,
  print: (line: string) => void,
): Promise<number> {
  const { number } = await api.ask(published, 'POST', `/policies/${id}/publish`, { revision, reason });
  print(`${file}: published as version ${number}`);
  return number;
}

/** What changes against the live version, one sentence each. */
function changesOf(policy: FilePolicy, { live }: NonNullable<Push['there']>): string[] {
  if (!live) return ['its first version'];
  return [
    ...diffGraphs(live.graph, policy.graph).changes.map(({ words }) => words),
    ...(sameJson(live.tests, policy.tests) ? [] : ['Its tests are others.']),
    ...(sameJson(live.layout, policy.layout) ? [] : ['Its nodes or notes stand elsewhere on the canvas.']),
  ];
}
