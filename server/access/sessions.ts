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

/** A session ends twelve hours after it began, so there is nothing to write when it is only read. */
class SessionStore extends ConnectSessionKnexStore {
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
