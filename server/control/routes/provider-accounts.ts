/** Accounts of providers, and aliases of models. */
import { z } from 'zod';
import { accountKinds } from '../../providers/accounts/kinds.ts';
import { askAndKeep, trialSchema, triedSchema, trySaved, tryUnsaved, unsavedTrialSchema } from '../account-trial.ts';
import { aliasNameSchema, aliasSchema, deleteAlias, listAliases, setAlias } from '../aliases.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { accountChangeSchema, accountInputSchema } from '../provider-account-input.ts';
import {
  type AccountTools,
  accountSchema,
  changeAccount,
  createAccount,
  deleteAccount,
  listAccounts,
} from '../provider-accounts.ts';
import { type ControlDeps, defineRoute, type Route } from '../route.ts';

const kind = z
  .object({
    kind: z.string(),
    title: z.string(),
    help: z.string(),
    fields: z
      .array(
        z.object({
          name: z.string(),
          label: z.string(),
          help: z.string(),
          type: z.enum(['text', 'secret', 'address']),
          required: z.boolean(),
          standard: z.string().nullable().meta({ description: 'What holds where it is left empty.' }),
        }),
      )
      .readonly(),
    ownMachines: z.boolean().meta({ description: 'Whether its machines are usually one’s own.' }),
    region: z.string().nullable().meta({ description: 'An example of the region that it needs; null where none.' }),
    offersListed: z
      .boolean()
      .meta({ description: 'Whether models of the price list are offered besides those named.' }),
    isListed: z.boolean().meta({ description: 'Whether a price list has its models.' }),
    canAsk: z.boolean().meta({ description: 'Whether its server can be asked for its models.' }),
  })
  .meta({ id: 'AccountKind' });

const kinds = (): z.input<typeof kind>[] =>
  Object.entries(accountKinds).map(([name, { title, help, fields, ownMachines, region, offersListed, ...one }]) => ({
    kind: name,
    title,
    help,
    fields,
    ownMachines,
    region,
    offersListed,
    isListed: one.prices !== null,
    canAsk: one.modelList !== null,
  }));

const params = z.strictObject({ account: idSchema });
const aliasParams = z.strictObject({ alias: aliasNameSchema });
const toolsOf = (deps: ControlDeps): AccountTools => ({ secrets: deps.channels.secrets, taken: deps.providers });

export const providerAccountRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/provider-accounts',
    may: 'read provider',
    tag: 'Models',
    summary: 'All accounts by their names, and the kinds of which others can be made. Keys are never among it.',
    status: 200,
    response: z.object({ accounts: z.array(accountSchema), kinds: z.array(kind) }),
    handle: async (_input, { control, deps, actor }) => ({
      accounts: await listAccounts(control.db, toolsOf(deps), actor.organisation),
      kinds: kinds(),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/provider-accounts',
    may: 'change provider',
    tag: 'Models',
    summary: 'Make an account. Its models are served at once.',
    status: 201,
    errors: ['already_exists'],
    large: true,
    body: accountInputSchema,
    response: accountSchema,
    handle: ({ body }, { control, deps, actor }) => createAccount(control, toolsOf(deps), actor, body),
  }),
  defineRoute({
    method: 'post',
    path: '/provider-accounts/test',
    may: 'change provider',
    tag: 'Models',
    summary: 'Try settings that are not saved with the smallest real request, and say in words what came of it.',
    status: 200,
    errors: ['not_found'],
    large: true,
    body: unsavedTrialSchema,
    response: triedSchema,
    handle: ({ body }, { control, deps, actor }) => tryUnsaved(control, toolsOf(deps), actor, body),
  }),
  defineRoute({
    method: 'patch',
    path: '/provider-accounts/{account}',
    may: 'change provider',
    tag: 'Models',
    summary: 'Change what is given of an account. Requests that are under way end as they began.',
    status: 200,
    errors: ['not_found'],
    large: true,
    params,
    body: accountChangeSchema,
    response: accountSchema,
    handle: ({ params, body }, { control, deps, actor }) =>
      changeAccount(control, toolsOf(deps), actor, params.account, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/provider-accounts/{account}',
    may: 'change provider',
    tag: 'Models',
    summary: 'Delete an account with its keys; not while a live policy names one of its models.',
    status: 204,
    errors: ['not_found'],
    params,
    handle: async ({ params }, { control, actor }) => {
      await deleteAccount(control, actor, params.account);
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/provider-accounts/{account}/test',
    may: 'change provider',
    tag: 'Models',
    summary: 'Try an account with the smallest real request, and say in words what came of it.',
    status: 200,
    errors: ['not_found'],
    params,
    body: trialSchema,
    response: triedSchema,
    handle: ({ params, body }, { control, deps, actor }) =>
      trySaved(control, toolsOf(deps), actor, params.account, body.model),
  }),
  defineRoute({
    method: 'post',
    path: '/provider-accounts/{account}/ask-models',
    may: 'change provider',
    tag: 'Models',
    summary: 'Ask the server of an account which models it has, and keep them.',
    status: 200,
    errors: ['not_found'],
    params,
    response: accountSchema,
    handle: ({ params }, { control, deps, actor }) => askAndKeep(control, toolsOf(deps), actor, params.account),
  }),
  defineRoute({
    method: 'get',
    path: '/aliases',
    may: 'read house',
    tag: 'Models',
    summary: 'All aliases by their names, each with the policies and keys that name it.',
    status: 200,
    response: z.object({ aliases: z.array(aliasSchema) }),
    handle: async (_input, { control, deps, actor }) => ({
      aliases: await listAliases(control, deps, actor),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/aliases/{alias}',
    may: 'change provider',
    tag: 'Models',
    summary: 'Lead an alias to a model from now on; it is made where there is none.',
    status: 200,
    errors: ['not_found'],
    params: aliasParams,
    body: z.strictObject({ model: z.string().trim().min(1).max(200), reason: reasonSchema.nullable().default(null) }),
    response: aliasSchema,
    handle: ({ params, body }, { control, deps, actor }) =>
      setAlias(control, deps, actor, { name: params.alias, ...body }),
  }),
  defineRoute({
    method: 'delete',
    path: '/aliases/{alias}',
    may: 'change provider',
    tag: 'Models',
    summary: 'Take an alias away; not while a live policy or the limits of a key name it.',
    status: 204,
    errors: ['not_found'],
    params: aliasParams,
    handle: async ({ params }, { control, actor }) => {
      await deleteAlias(control, actor, params.alias);
      return undefined;
    },
  }),
];
