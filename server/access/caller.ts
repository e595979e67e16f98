/** Who asks the control API for something: a person with a session, or a program with a token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { type Ability, abilityOf } from '../../policies/access/ability.ts';
import { ADMIN_GRANTS, type Grant } from '../../policies/access/grants.ts';
import type { Control } from '../control/control.ts';
import type { Actor } from '../control/history.ts';
import { findServiceToken } from '../control/service-tokens.ts';
import { SignalboxError } from '../errors.ts';
import { findSignedIn, type SignedIn } from './person-sessions.ts';

/** The actor that the history names for changes made with the admin token. */
const ADMIN_TOKEN_ACTOR = 'admin-token';

/** The header that our own pages send; a page of another site cannot set it without being allowed to. */
export const OWN_PAGE_HEADER = 'x-signalbox-csrf';

/** Who asks, and what they may do. */
export interface Caller extends Actor {
  readonly grants: readonly Grant[];
  /** True for a program whose token changes nothing, whatever its grants. */
  readonly onlyReads: boolean;
  readonly ability: Ability;
  /** Null for a program. */
  readonly signedIn: SignedIn | null;
}

/** Nobody, on routes for anyone. */
export const NOBODY: Caller = caller({ id: 'nobody', organisation: '' }, { grants: [] });

/** What a person or a program makes is their own. */
function caller(
  actor: Actor,
  { grants, onlyReads = false }: { readonly grants: readonly Grant[]; readonly onlyReads?: boolean },
  signedIn: SignedIn | null = null,
): Caller {
  return { ...actor, grants, onlyReads, ability: abilityOf(grants, { person: actor.id, onlyReads }), signedIn };
}

const BEARER = /^Bearer +(\S+)$/i;

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are equal, in a time that depends on neither. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hashOf(a), hashOf(b));
}

/** The caller of a request; throws `unauthenticated` without a session that holds, or with a token that does not. */
export async function findCaller(request: Request, control: Control, adminToken: string | null): Promise<Caller> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw new SignalboxError('unauthenticated');
    return findProgram(token, control, adminToken);
  }
  const id = request.session.signedIn;
  const signedIn = id === undefined ? undefined : await findSignedIn(control.db, id, Date.now());
  if (!signedIn) throw new SignalboxError('unauthenticated');
  const { person, organisation, grants } = signedIn;
  return caller({ id: person, organisation }, { grants }, signedIn);
}

async function findProgram(token: string, control: Control, adminToken: string | null): Promise<Caller> {
  const [organisation] = control.snapshot().organisations.keys();
  if (adminToken !== null && organisation !== undefined && sameSecret(token, adminToken)) {
    return caller({ id: ADMIN_TOKEN_ACTOR, organisation }, { grants: ADMIN_GRANTS });
  }
  const found = await findServiceToken(control.db, token, Date.now());
  if (!found) throw new SignalboxError('unauthenticated');
  const { id, organisation: of, grants, scope } = found;
  return caller({ id, organisation: of }, { grants, onlyReads: scope === 'read' });
}

/** The person who asks; throws `people_only` for a program, which has no account of its own. */
export function requirePerson({ signedIn }: Caller): SignedIn {
  if (signedIn === null) throw new SignalboxError('people_only');
  return signedIn;
}

/**
 * Refuses a change that a page of another site may have sent with a person's cookie. A request passes with our own header,
 * with an `Origin` of this host, or with a bearer token, which browsers never add by themselves.
 */
export function requireOwnPage(request: Request): void {
  const { origin, host, authorization } = request.headers;
  if (request.headers[OWN_PAGE_HEADER] !== undefined) return;
  if (authorization !== undefined && BEARER.test(authorization)) return;
  if (origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host) return;
  throw new SignalboxError(
    'invalid_request',
    { why: `it does not come from a page of this gateway; programs send the header "${OWN_PAGE_HEADER}: 1"` },
    { status: 403 },
  );
}
