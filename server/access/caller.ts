/** Who asks the control API for something: a person with a session, or a program with the admin token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { Control } from '../control/control.ts';
import type { Actor } from '../control/history.ts';
import { findPerson } from '../control/people.ts';
import { SignalboxError } from '../errors.ts';

/** The actor that the history names for changes made with the admin token. */
const ADMIN_TOKEN_ACTOR = 'admin-token';

/** The header that our own pages send; a page of another site cannot set it without being allowed to. */
export const OWN_PAGE_HEADER = 'x-signalbox-csrf';

/** Who asks, and whether they may change anything. */
export interface Caller extends Actor {
  readonly mayChange: boolean;
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are equal, in a time that depends on neither. */
function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hashOf(a), hashOf(b));
}

/** The caller of a request; throws `unauthenticated` without a session or with a wrong admin token. */
export async function findCaller(request: Request, control: Control, adminToken: string | null): Promise<Caller> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const [organisation] = control.snapshot().organisations.keys();
    if (adminToken === null || token === undefined || organisation === undefined || !sameSecret(token, adminToken)) {
      throw new SignalboxError('unauthenticated');
    }
    return { id: ADMIN_TOKEN_ACTOR, organisation, mayChange: true };
  }
  const id = request.session.person;
  const person = id === undefined ? undefined : await findPerson(control.db, id);
  if (!person) throw new SignalboxError('unauthenticated');
  return { id: person.id, organisation: person.organisation, mayChange: person.role !== 'viewer' };
}

/**
 * Refuses a change that a page of another site may have sent with a person's cookie. A request passes with our own header,
 * with an `Origin` of this host, or with a bearer token, which browsers never add by themselves.
 */
export function requireOwnPage(request: Request): void {
  const { origin, host, authorization } = request.headers;
  if (authorization !== undefined || request.headers[OWN_PAGE_HEADER] !== undefined) return;
  if (origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host) return;
  throw new SignalboxError(
    'invalid_request',
    { why: `it does not come from a page of this gateway; programs send the header "${OWN_PAGE_HEADER}: 1"` },
    { status: 403 },
  );
}
