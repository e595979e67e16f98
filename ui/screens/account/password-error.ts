const SHORTEST = 10;

/** Why a text cannot be a password; null where it can. */
export const passwordError = (password: string): string | null =>
  password.length < SHORTEST ? `A password has at least ${SHORTEST} characters.` : null;
