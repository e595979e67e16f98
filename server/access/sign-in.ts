/** Signing in, step by step: a password, a code after it where one is wanted, or a provider that vouches for somebody. */
import type { Request } from 'express';
import { z } from 'zod';
import { asAttempt, findCodes, newCodes, setUpCodes, useCode } from '../control/accounts.ts';
import type { Control } from '../control/control.ts';
import { type Account, findByEmail, findPerson } from '../control/people.ts';
import { personOfClaims } from '../control/provider-people.ts';
import { openSignInProvider } from '../control/sign-in-providers.ts';
import { needsCodes, readSignInSettings } from '../control/sign-in-settings.ts';
import type { SignInTools } from '../control/sign-in-tools.ts';
import { SignalboxError } from '../errors.ts';
import { beginAttempt, noteLock, takeBackAttempt } from './attempts.ts';
import { codeAddress } from './one-time-codes.ts';
import { askOpenId, endOpenId, readOpenId } from './openid.ts';
import { checkPassword } from './passwords.ts';
import { type SignedIn, signIn } from './person-sessions.ts';
import { renewSession, saveSession } from './sessions.ts';

/** How long somebody has for the second step, or at a provider. */
const STEP_MS = 10 * 60 * 1000;

/** What has to be done before somebody is in: show a code, or set codes up first. */
export type NextStep = 'code' | 'set_up_code';

/**
 * Signs in with a password, or says which step comes next. Throws `wrong_password` for a wrong one and for an address that
 * nobody has, and `too_many_attempts`.
 */
export async function enterPassword(
  control: Control,
  request: Request,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<{ readonly account: Account; readonly next: NextStep | null }> {
  const attempt = await beginAttempt(control.db, email, Date.now());
  const account = await findByEmail(control.db, email);
  const right = await checkPassword(account?.passwordHash ?? null, password).catch(async (error: unknown) => {
    await takeBackAttempt(control.db, email);
    throw error;
  });
  if (!right || !account) {
    const [anyOrganisation = ''] = control.snapshot().organisations.keys();
    const organisation = account?.organisation ?? anyOrganisation;
    if (attempt.locks) await noteLock(control, { organisation, person: account?.id ?? null });
    throw new SignalboxError('wrong_password');
  }
  const [codes, { codeRoles }] = await Promise.all([
    findCodes(control.db, account.id),
    readSignInSettings(control.db, account.organisation),
  ]);
  if (codes === null && !needsCodes(codeRoles, account)) {
    await signIn(control, request, account, { provider: null });
    return { account, next: null };
  }
  await takeBackAttempt(control.db, email);
  await renewSession(request);
  request.session.halfway = { person: account.id, until: Date.now() + STEP_MS };
  await saveSession(request);
  return { account, next: codes ? 'code' : 'set_up_code' };
}

async function requireHalfway(control: Control, request: Request): Promise<Account> {
  const { halfway } = request.session;
  const account = halfway && halfway.until > Date.now() ? await findPerson(control.db, halfway.person) : undefined;
  if (!account) throw new SignalboxError('sign_in_expired');
  return account;
}

/** Gives somebody a secret for their codes who has to set them up before they are in. Throws `sign_in_expired`. */
export async function beginSetUp(
  control: Control,
  request: Request,
  { secrets }: SignInTools,
): Promise<{ readonly secret: string; readonly address: string }> {
  const account = await requireHalfway(control, request);
  // Whoever has codes already shows one of those.
  if (await findCodes(control.db, account.id)) throw new SignalboxError('sign_in_expired');
  const { secret, sealed } = newCodes(secrets);
  request.session.codeSecret = sealed;
  await saveSession(request);
  return { secret, address: codeAddress(secret, account.email) };
}

/**
 * Signs in with a code after the password; gives new recovery codes where it was the first one of codes that were set up.
 * Throws `sign_in_expired`, `wrong_code` and `too_many_attempts`.
 */
export async function enterCode(
  control: Control,
  request: Request,
  { secrets }: SignInTools,
  code: string,
): Promise<{ readonly account: Account; readonly recoveryCodes: readonly string[] | null }> {
  const account = await requireHalfway(control, request);
  if (await findCodes(control.db, account.id)) {
    await asAttempt(control, account, () =>
      signIn(control, request, account, { provider: null }, (trx) => useCode(trx, secrets, account.id, code)),
    );
    return { account, recoveryCodes: null };
  }
  const { codeSecret } = request.session;
  if (codeSecret === undefined) throw new SignalboxError('sign_in_expired');
  const recoveryCodes = await asAttempt(control, account, () =>
    setUpCodes(control, secrets, account, codeSecret, code),
  );
  await signIn(control, request, account, { provider: null }, async () => 'code');
  return { account, recoveryCodes };
}

const originOf = (request: Request, { publicUrl }: SignInTools): string =>
  publicUrl ?? `${request.protocol}://${request.headers.host ?? 'localhost'}`;

/** The page to which providers send browsers back; it has to be entered at each of them. */
export const returnAddress = (request: Request, tools: SignInTools): string =>
  `${originOf(request, tools)}/sign-in/return`;

/** What a provider was asked, and has to come back with; `until` is when it is too late, in milliseconds since 1970. */
const askedProviderSchema = z.strictObject({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  back: z.string(),
  until: z.int(),
});
type AskedProvider = z.output<typeof askedProviderSchema>;

/** Where to send a browser that signs in by a provider. Throws `not_found` and `sign_in_refused`. */
export async function askProvider(control: Control, request: Request, tools: SignInTools, id: string): Promise<string> {
  const { client } = await openSignInProvider(control.db, tools, id, null);
  const back = returnAddress(request, tools);
  const { goTo, state, nonce, verifier } = await askOpenId(client, back);
  const asked: AskedProvider = { provider: id, state, nonce, verifier, back, until: Date.now() + STEP_MS };
  request.session.asked = tools.secrets.seal(JSON.stringify(asked));
  await saveSession(request);
  return goTo;
}

/**
 * Signs in with what a provider has sent a browser back with, which counts once and only in the browser that was sent there.
 * Throws `sign_in_expired` and `sign_in_refused`.
 */
export async function readProvider(
  control: Control,
  request: Request,
  tools: SignInTools,
  query: string,
): Promise<Account> {
  const { asked: sealed } = request.session;
  if (sealed === undefined) throw new SignalboxError('sign_in_expired');
  const asked = askedProviderSchema.parse(JSON.parse(tools.secrets.open(sealed)));
  if (asked.until <= Date.now()) throw new SignalboxError('sign_in_expired');
  delete request.session.asked;
  await saveSession(request);
  const { client, provider, organisation } = await openSignInProvider(control.db, tools, asked.provider, null);
  const account = await personOfClaims(control, provider, organisation, await readOpenId(client, query, asked));
  await signIn(control, request, account, { provider: provider.id });
  return account;
}

/** Where to send a browser that has signed out, so that the provider knows it too; null where it need not go anywhere. */
export async function providerSignOut(
  control: Control,
  request: Request,
  tools: SignInTools,
  { provider, organisation }: SignedIn,
): Promise<string | null> {
  if (provider === null) return null;
  const found = await openSignInProvider(control.db, tools, provider, organisation).catch(() => null);
  return found && endOpenId(found.client, `${originOf(request, tools)}/`);
}
