/** What is kept of requests and for how long, and deleting what is known of somebody. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { TAG_NAME } from '../../../policies/facts.ts';
import { SignalboxError } from '../../errors.ts';
import { runSchema } from '../../records/retention-runs.ts';
import { contentSettingSchema, FIRST_SETTING, setContent } from '../content-settings.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { findProject } from '../organisations.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';

/** Runs that are listed. */
const MOST_RUNS = 20;

const setting = contentSettingSchema.meta({ id: 'ContentSetting' });
const settings = z.object({
  organisation: setting,
  projects: z
    .array(z.object({ project: z.string(), setting }))
    .meta({ description: 'Those of projects that have their own.' }),
});
const run = runSchema.meta({ id: 'DeletionRun', description: 'A deletion of many requests, or of what they said.' });

const meant = {
  tag: z.strictObject({
    name: z.string().regex(TAG_NAME, 'cannot be the name of a tag'),
    value: z.string().min(1).max(1000),
  }),
  project: idSchema.nullable().meta({ description: 'Null for all projects.' }),
};

function readSettings({ control, actor }: RouteContext): z.infer<typeof settings> {
  const { contentSettings, projects } = control.snapshot();
  const { organisation } = actor;
  const own = [...projects].flatMap(([id, project]) => {
    const found = project.organisation === organisation ? contentSettings.get(id) : undefined;
    return found ? [{ project: id, setting: found }] : [];
  });
  return { organisation: contentSettings.get(organisation) ?? FIRST_SETTING, projects: own };
}

/** What stands in the history for the value of a tag: whoever knows the value cannot be told from it without the secret. */
function digestOfValue({ control, actor }: RouteContext, value: string): string {
  const secret = control.snapshot().organisations.get(actor.organisation)?.secret ?? '';
  return createHmac('sha256', secret).update(value).digest('hex');
}

export const retentionRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/content-settings',
    may: 'read house',
    tag: 'Retention',
    summary: 'What is kept of what requests send and are answered, and for how long.',
    status: 200,
    response: settings,
    handle: (_input, context) => readSettings(context),
  }),
  defineRoute({
    method: 'put',
    path: '/organisation/content-settings',
    may: 'change house',
    tag: 'Retention',
    summary: 'Set what is kept of requests of all projects without settings of their own, from the next request on.',
    status: 200,
    body: z.strictObject({ setting, reason: reasonSchema }),
    response: settings,
    handle: async ({ body }, context) => {
      await setContent(context.control, context.actor, null, body.setting, body.reason);
      context.deps.retention.wake();
      return readSettings(context);
    },
  }),
  defineRoute({
    method: 'put',
    path: '/projects/{project}/content-settings',
    may: 'change house',
    tag: 'Retention',
    summary: 'Set what is kept of a project’s requests, from the next request on.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ project: idSchema }),
    body: z.strictObject({
      setting: setting.nullable().meta({ description: 'Null for what the organisation has.' }),
      reason: reasonSchema,
    }),
    response: settings,
    handle: async ({ params, body }, context) => {
      await setContent(context.control, context.actor, params.project, body.setting, body.reason);
      context.deps.retention.wake();
      return readSettings(context);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/deletions',
    may: 'read record',
    tag: 'Retention',
    summary: 'Deletions of many requests, the newest first, with how far they are.',
    status: 200,
    response: z.object({
      runs: z.array(run),
      lookedAt: momentSchema.nullable().meta({ description: 'When everything was last looked through for its age.' }),
    }),
    handle: async (_input, { deps, actor }) => ({
      runs: await deps.retention.runs(actor.organisation, MOST_RUNS),
      lookedAt: deps.retention.lookedAt,
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/deletions/find',
    may: 'delete record',
    tag: 'Retention',
    summary: 'How many requests carry a tag, such as that of a user, and would be deleted. Nothing is changed.',
    status: 200,
    errors: ['not_found'],
    body: z.strictObject(meant),
    response: z.object({
      requests: z.int(),
      contents: z.int().meta({ description: 'Of how many what was said is still there.' }),
    }),
    handle: async ({ body }, { control, deps, actor }) => {
      if (body.project !== null) await findProject(control.db, actor.organisation, body.project);
      return deps.retention.find(actor.organisation, body);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/deletions',
    may: 'delete record',
    tag: 'Retention',
    summary:
      'Delete every request that carries a tag now, but for what it cost, with what it sent and was answered. It goes on by itself.',
    status: 201,
    errors: ['not_found'],
    body: z.strictObject({ ...meant, reason: reasonSchema }),
    response: run,
    handle: async ({ body }, context) => {
      const { control, deps, actor } = context;
      if (body.project !== null) await findProject(control.db, actor.organisation, body.project);
      const { requests: expected } = await deps.retention.find(actor.organisation, body);
      if (expected === 0) throw new SignalboxError('not_found', { what: 'request that carries this tag' });
      const valueDigest = digestOfValue(context, body.tag.value);
      return deps.retention.ask(actor, { ...body, expected, valueDigest });
    },
  }),
];
