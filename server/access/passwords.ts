/** Passwords of people: argon2id, at most two at once, since each takes a thread and 19 MB for tens of milliseconds. */
import { hash, verify } from '@node-rs/argon2';
import { SignalboxError } from '../errors.ts';

const AT_ONCE = 2;
const MOST_WAITING = 100;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < AT_ONCE) running += 1;
  else {
    if (waiting.length >= MOST_WAITING) throw new SignalboxError('overloaded');
    // Whoever leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((go) => waiting.push(go));
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** The argon2id hash of a password, with its salt and settings. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password));
}

/** The hash of a password that nobody has, so that an unknown address takes as long as a wrong password. */
let nobody: Promise<string> | undefined;

/** Whether the password is the one of that hash; with null (nobody of that address) the work is the same, and the answer no. */
export async function checkPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword('no password at all');
  const decoy = await nobody;
  const right = await inTurn(() => verify(passwordHash ?? decoy, password));
  return right && passwordHash !== null;
}
