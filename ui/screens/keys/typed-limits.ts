/** Limits of a key as they are typed: read for the gateway, or what is wrong with them in words. */
import { KEY_ENDPOINTS, type KeyEndpoint, modelEntryProblem } from '../../../policies/key-limits.ts';
import { readNetwork } from '../../../policies/network.ts';
import type { KeyLimits } from '../../api/keys.ts';
import { AT_ONCE, type ChosenMoment, readMoment } from '../../app/chosen-moment.ts';
import { toField } from '../../app/local-time.ts';

export interface TypedLimits {
  /** All of them stand for everything, also what is added later. */
  readonly endpoints: readonly KeyEndpoint[];
  /** None for all. */
  readonly models: readonly string[];
  /** One in a line; empty for everywhere. */
  readonly networks: string;
  readonly end: ChosenMoment;
}

export const NOTHING_LIMITED: TypedLimits = { endpoints: KEY_ENDPOINTS, models: [], networks: '', end: AT_ONCE };

/** The limits of a key, to be changed. */
export function typedLimitsOf({ endpoints, models, networks, expiresAt }: KeyLimits): TypedLimits {
  return {
    endpoints: endpoints ?? KEY_ENDPOINTS,
    models: models ?? [],
    networks: (networks ?? []).join('\n'),
    end: expiresAt === null ? AT_ONCE : { later: true, text: toField(expiresAt) },
  };
}

/** Nothing is wrong, or nobody has asked yet. */
export const NO_ERRORS = { endpoints: null, models: null, networks: null, end: null } as const;

const linesOf = (text: string): string[] =>
  text.split(/[\n,;]/).flatMap((line) => (line.trim() === '' ? [] : line.trim()));

/** What is wrong with each field, in words; null where nothing is. `endsAt` is the end that the key has already. */
export function limitErrors(
  typed: TypedLimits,
  endsAt: number | null,
  now: number,
): Record<keyof TypedLimits, string | null> {
  const networks = linesOf(typed.networks).map(readNetwork);
  const wrong = networks.find((read) => !read.ok);
  return {
    endpoints: typed.endpoints.length === 0 ? 'Choose at least one, or nothing could be done with the key.' : null,
    models: typed.models.map(modelEntryProblem).find((problem) => problem !== null) ?? null,
    networks: wrong && !wrong.ok ? wrong.why : null,
    end: endError(typed.end, endsAt, now),
  };
}

function endError(end: ChosenMoment, endsAt: number | null, now: number): string | null {
  const moment = readMoment(end);
  if (!end.later || (moment !== null && (moment > now || end.text === toField(endsAt ?? undefined)))) return null;
  return 'Choose a moment to come. To stop a key now, revoke it.';
}

/** Limits without errors as the gateway takes them. The end that the key has already stays to the millisecond. */
export function readLimits({ endpoints, models, networks, end }: TypedLimits, endsAt: number | null): KeyLimits {
  const lines = linesOf(networks);
  const isSameEnd = end.later && endsAt !== null && end.text === toField(endsAt);
  return {
    endpoints: endpoints.length === KEY_ENDPOINTS.length ? null : [...endpoints],
    models: models.length === 0 ? null : [...models],
    networks: lines.length === 0 ? null : lines,
    expiresAt: isSameEnd ? endsAt : readMoment(end),
  };
}
