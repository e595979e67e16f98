/** Sessions of people in the browser: a strict same-site cookie, and the session itself in the control database. */
import { ConnectSessionKnexStore } from 'connect-session-knex';
import type { Request, RequestHandler } from 'express';
import session, { type SessionData } from 'express-session';
import type { Knex } from 'knex';

declare module 'express-session' {
  interface SessionData {
    /** Id of the person who signed in. */
    person: string;
  }
}

const COOKIE = 'signalbox.sid';
const TWELVE_HOURS_MS = 12 * 60 * 60 * 1000;

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

class SessionStore extends ConnectSessionKnexStore {
  override async get(sid: string, callback?: Told<SessionData | null>): Promise<SessionData | null> {
    return (
      (await tell(
        super.get(sid, () => {}),
        callback,
      )) ?? null
    );
  }

  override async set(sid: string, data: SessionData, callback?: Told<void>): Promise<void> {
    await tell(super.set(sid, data), callback);
  }

  override async destroy(sid: string, callback?: Told<unknown>): Promise<number> {
    return (await tell(super.destroy(sid), callback)) ?? 0;
  }

  /** A session ends twelve hours after it began, so there is nothing to write when it is only read. */
  override async touch(_sid: string, _session: SessionData, callback?: () => void): Promise<void> {
    callback?.();
  }
}

/** Middleware that reads and keeps sessions; `secret` signs their cookie. The cookie is `Secure` wherever the request is. */
export function sessions(db: Knex, secret: string): RequestHandler {
  return session({
    name: COOKIE,
    secret,
    resave: false,
    saveUninitialized: false,
    store: new SessionStore({
      knex: db,
      tableName: 'sessions',
      createTable: false,
      cleanupInterval: 600_000,
    }),
    cookie: { httpOnly: true, sameSite: 'strict', secure: 'auto', maxAge: TWELVE_HOURS_MS, path: '/' },
  });
}

/** Begins a session of a person under a new id, so that an id known from before is worth nothing. */
export function beginSession(request: Request, person: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.regenerate((error?: unknown) => {
      if (error) return reject(error);
      request.session.person = person;
      request.session.save((failed?: unknown) => (failed ? reject(failed) : resolve()));
    });
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
