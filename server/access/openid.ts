/** OpenID Connect: the code flow with PKCE, state and nonce, by openid-client; everything that goes wrong in words. */
import * as client from 'openid-client';
import { z } from 'zod';
import { resolveName } from '../alerts/address.ts';
import { SignalboxError } from '../errors.ts';
import { IssuerTrouble, issuerFetch } from './issuer-fetch.ts';

export interface OpenIdClient {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Empty for a client without one. */
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  /** Whether it may be in the gateway's own network, and without TLS there. */
  readonly allowPrivate: boolean;
}

/** What a browser is sent to a provider with, and what it has to come back with. */
export interface AskedOpenId {
  readonly goTo: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** What a provider says about somebody, once that is proven. */
export interface Claims {
  readonly subject: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** All of it, for the claim that names groups. */
  readonly all: Readonly<Record<string, unknown>>;
}

const claimsSchema = z.looseObject({
  sub: z.string().min(1).max(500),
  name: z.string().max(200).optional().catch(undefined),
  email: z.email().max(320).optional().catch(undefined),
  // Some providers write it as a text.
  email_verified: z
    .union([z.literal(true), z.literal('true').transform(() => true)])
    .optional()
    .catch(undefined),
});

async function discover(from: OpenIdClient): Promise<client.Configuration> {
  const auth = from.clientSecret === '' ? client.None() : client.ClientSecretPost(from.clientSecret);
  return client.discovery(new URL(from.issuer), from.clientId, undefined, auth, {
    [client.customFetch]: issuerFetch(resolveName, from.allowPrivate),
    execute: [client.enableNonRepudiationChecks, ...(from.allowPrivate ? [client.allowInsecureRequests] : [])],
  });
}

/** Asks a provider for its own description; rejects with `sign_in_refused` and why it cannot be used. */
export function tryProvider(from: OpenIdClient): Promise<void> {
  return inWords(from, async () => {
    const found = (await discover(from)).serverMetadata();
    if (!found.authorization_endpoint || !found.token_endpoint || !found.jwks_uri) {
      throw new IssuerTrouble('It does not say where people sign in and where codes are redeemed');
    }
  });
}

/** Where to send a browser, to come back to `back`. Rejects with `sign_in_refused`. */
export function askOpenId(from: OpenIdClient, back: string): Promise<AskedOpenId> {
  return inWords(from, async () => {
    const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
    const goTo = client.buildAuthorizationUrl(await discover(from), {
      redirect_uri: back,
      scope: from.scopes.join(' '),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { goTo: goTo.href, state, nonce, verifier };
  });
}

/**
 * Redeems what a browser has come back with: `query` is that of the address, from the question mark on. Rejects with
 * `sign_in_refused` unless state, nonce, signature, issuer, audience and times are all right.
 */
export function readOpenId(
  from: OpenIdClient,
  query: string,
  asked: Omit<AskedOpenId, 'goTo'> & { readonly back: string },
): Promise<Claims> {
  return inWords(from, async () => {
    const configuration = await discover(from);
    const answered = new URL(asked.back);
    answered.search = query;
    const tokens = await client.authorizationCodeGrant(configuration, answered, {
      expectedState: asked.state,
      expectedNonce: asked.nonce,
      pkceCodeVerifier: asked.verifier,
      idTokenExpected: true,
    });
    const token = tokens.claims();
    if (!token) throw new IssuerTrouble('It does not say who you are');
    const more = configuration.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(configuration, tokens.access_token, token.sub).catch(() => ({}))
      : {};
    // What is signed counts more than what is asked for besides.
    const all = { ...more, ...token };
    const { sub, name, email, email_verified } = claimsSchema.parse(all);
    return { subject: sub, name: name ?? null, email: email ?? null, emailVerified: email_verified === true, all };
  });
}

/** Where to send a browser that signs out, to end up at `back`; null where the provider has no such address or is away. */
export async function endOpenId(from: OpenIdClient, back: string): Promise<string | null> {
  try {
    const configuration = await discover(from);
    if (!configuration.serverMetadata().end_session_endpoint) return null;
    return client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: back }).href;
  } catch {
    return null;
  }
}

/** Codes of errors that a provider sends back with the browser, or for a code (RFC 6749, OpenID Connect Core). */
const SAID: Readonly<Record<string, string>> = {
  access_denied: 'You did not agree to it there, or may not use it',
  invalid_client: 'It does not know this gateway: an admin has to check the id and the secret of the client',
  unauthorized_client: 'It does not let this gateway ask: an admin has to look at the client there',
  invalid_grant: 'It does not take its own code back. Begin again',
  invalid_scope: 'It does not know one of the scopes: an admin has to check them',
  login_required: 'You have to sign in there first. Begin again',
  temporarily_unavailable: 'It is not there at the moment. Try again later',
  server_error: 'It has a fault of its own. Try again later',
};

async function inWords<T>(from: OpenIdClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    throw new SignalboxError('sign_in_refused', { why: `${from.name} could not sign you in. ${sayTrouble(error)}` });
  }
}

/** A sentence without its full stop. What a provider writes itself is never repeated: anybody can put it into an address. */
function sayTrouble(error: unknown): string {
  const trouble = troubleIn(error);
  if (trouble) return trouble.message;
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) {
    return SAID[error.error] ?? 'It refused, for a reason that this gateway does not know';
  }
  if (error instanceof client.ClientError) {
    if (error.code === 'OAUTH_INVALID_RESPONSE' || error.code === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') {
      return 'What came back does not belong to what was asked. Begin again in this browser';
    }
    if (error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' || error.code === 'OAUTH_RESPONSE_IS_NOT_JSON') {
      return 'There is no provider at its address: an admin has to check the issuer';
    }
    if (error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') {
      return 'It calls itself by another address: an admin has to enter the issuer exactly as the provider writes it';
    }
  }
  return 'What it answered cannot be trusted or understood';
}

function troubleIn(error: unknown): IssuerTrouble | null {
  if (error instanceof IssuerTrouble) return error;
  return error instanceof Error && error.cause !== undefined ? troubleIn(error.cause) : null;
}
