/** How people sign in: limits of sessions, who needs codes, and providers. */
import { z } from 'zod';
import { tryProvider } from '../../access/openid.ts';
import { returnAddress } from '../../access/sign-in.ts';
import { SignalboxError } from '../../errors.ts';
import { idSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  changeSignInProvider,
  createSignInProvider,
  deleteSignInProvider,
  listSignInProviders,
  openSignInProvider,
  signInProviderInputSchema,
  signInProviderSchema,
} from '../sign-in-providers.ts';
import { readSignInSettings, setSignInSettings, signInSettingsSchema } from '../sign-in-settings.ts';

const provider = signInProviderSchema.meta({ id: 'SignInProvider' });
const params = z.strictObject({ provider: idSchema });

export const signInSettingsRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/sign-in-settings',
    may: 'read people',
    tag: 'Sign-in',
    summary: 'How people sign in.',
    status: 200,
    response: z.object({
      settings: signInSettingsSchema,
      providers: z.array(provider),
      returnAddress: z.string().meta({ description: 'Where providers send browsers back; enter it at each of them.' }),
    }),
    handle: async (_input, { control, deps, actor, request }) => ({
      settings: await readSignInSettings(control.db, actor.organisation),
      providers: await listSignInProviders(control.db, actor.organisation),
      returnAddress: returnAddress(request, deps.signIn),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/sign-in-settings',
    may: 'change people',
    tag: 'Sign-in',
    summary: 'Set how long sessions hold, and who has to show a code after the password.',
    status: 200,
    body: signInSettingsSchema,
    response: signInSettingsSchema,
    handle: ({ body }, { control, actor }) => setSignInSettings(control, actor, body),
  }),
  defineRoute({
    method: 'post',
    path: '/sign-in-providers',
    may: 'change people',
    tag: 'Sign-in',
    summary: 'Add a provider of sign-in by OpenID Connect.',
    status: 201,
    errors: ['already_exists'],
    body: signInProviderInputSchema,
    response: provider,
    handle: ({ body }, { control, deps, actor }) => createSignInProvider(control, deps.signIn, actor, body),
  }),
  defineRoute({
    method: 'put',
    path: '/sign-in-providers/{provider}',
    may: 'change people',
    tag: 'Sign-in',
    summary: 'Change a provider of sign-in.',
    status: 200,
    errors: ['not_found', 'already_exists'],
    params,
    body: signInProviderInputSchema,
    response: provider,
    handle: ({ params, body }, { control, deps, actor }) =>
      changeSignInProvider(control, deps.signIn, actor, params.provider, body),
  }),
  defineRoute({
    method: 'delete',
    path: '/sign-in-providers/{provider}',
    may: 'change people',
    tag: 'Sign-in',
    summary: 'Delete a provider of sign-in, and sign out whom it has let in.',
    status: 204,
    errors: ['not_found'],
    params,
    handle: async ({ params }, { control, actor }) => {
      await deleteSignInProvider(control, actor, params.provider);
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/sign-in-providers/{provider}/test',
    may: 'change people',
    tag: 'Sign-in',
    summary: 'Ask a provider for its own description, and say what came of it.',
    status: 200,
    errors: ['not_found'],
    params,
    response: z.object({ ok: z.boolean(), words: z.string() }),
    handle: async ({ params }, { control, deps, actor }) => {
      const { client } = await openSignInProvider(control.db, deps.signIn, params.provider, actor.organisation);
      try {
        await tryProvider(client);
        return { ok: true, words: 'It answers, and has all that signing in needs.' };
      } catch (error) {
        if (error instanceof SignalboxError) return { ok: false, words: error.message };
        throw error;
      }
    },
  }),
];
