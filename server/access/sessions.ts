/**
 * Sessions of people in the browser: a strict same-site cookie, and the session itself in the control database, under a
 * hash of its id, so that a copy of the database signs nobody in.
 */
import { ConnectSessionKnexStore } from 'connect-session-knex';
import type { Request, RequestHandler } from 'express';
import session, { type SessionData } from 'express-session';
import type { Knex } from 'knex';
import { hashToken } from './keys.ts';

/** Somebody who has shown a password, and has to show a code as well. */
export interface Halfway {
  /** Id of the person. */
  readonly person: string;
  /** When it is too late, in milliseconds since 1970. */
  readonly until: number;
}

declare module 'express-session' {
  interface SessionData {
    /** Id of the row of `person_sessions`, which decides whether the session still holds. */
    signedIn: string;
    halfway: Halfway;
    /** What a provider of sign-in was asked, and has to come back with, sealed. */
    asked: string;
    /** The sealed secret of codes that are being set up. */
    codeSecret: string;
  }
}

const COOKIE = 'signalbox.sid';
/** How long a cookie stays in which nobody has signed in yet. */
const UNFINISHED_MS = 15 * 60 * 1000;
/** How often sessions that are over are taken out of the database. */
const CLEANUP_MS = 10 * 60 * 1000;

type Told<T> = (error: unknown, value?: T) => void;

/** Tells how something ended, and never rejects: nobody waits for the promise, and one that rejects ends the process. */
async function tell<T>(work: Promise<T>, callback: Told<T> | undefined): Promise<T | undefined> {
  let value: T;
  try {
    value = await work;
  } catch (error) {
    callback?.(error);
    return undefined;
  }
  callback?.(null, value);
  return value;
}

/** What is kept of a session's id: the SHA-256 of what stands in the cookie. */
export const sessionHash = (id: string): string => hashToken(id).toString('hex');

class SessionStore extends ConnectSessionKnexStore {
  override async get(sid: string, callback?: Told<SessionData | null>): Promise<SessionData | null> {
    return (
      (await tell(
        super.get(sessionHash(sid), () => {}),
        callback,
      )) ?? null
    );
  }

  override async set(sid: string, data: SessionData, callback?: Told<void>): Promise<void> {
    await tell(super.set(sessionHash(sid), data), callback);
  }

  override async destroy(sid: string, callback?: Told<unknown>): Promise<number> {
    return (await tell(super.destroy(sessionHash(sid)), callback)) ?? 0;
  }

  /** When a session ends is known when it begins, so there is nothing to write when it is only read. */
  override async touch(_sid: string, _session: SessionData, callback?: () => void): Promise<void> {
    callback?.();
  }
}

export interface Sessions {
  /** Middleware that reads and keeps them. */
  readonly handle: RequestHandler;
  /** Asks nothing of the database any more. */
  stop(): void;
}

/** Sessions in this database; `secret` signs their cookie, which is `Secure` wherever the request is. */
export function openSessions(db: Knex, secret: string): Sessions {
  const store = new SessionStore({ knex: db, tableName: 'sessions', createTable: false, cleanupInterval: CLEANUP_MS });
  const handle = session({
    name: COOKIE,
    secret,
    resave: false,
    saveUninitialized: false,
    store,
    cookie: { httpOnly: true, sameSite: 'strict', secure: 'auto', maxAge: UNFINISHED_MS, path: '/' },
  });
  return { handle, stop: () => clearTimeout(store.nextDbCleanup) };
}

/** Puts a new session under a new id in place of the one there is, so that an id known from before is worth nothing. */
export function renewSession(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.regenerate((error?: unknown) => (error ? reject(error) : resolve()));
  });
}

/** Keeps what a session holds now; rejects where it cannot be written. */
export function saveSession(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.save((error?: unknown) => (error ? reject(error) : resolve()));
  });
}

/** Reads the session of a request again; rejects where somebody has signed out of it, or it is over. */
export function rereadSession(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.reload((error?: unknown) => (error ? reject(error) : resolve()));
  });
}

/** Ends the session of a request. */
export function endSession(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.destroy((error?: unknown) => (error ? reject(error) : resolve()));
    request.res?.clearCookie(COOKIE, { path: '/' });
  });
}
