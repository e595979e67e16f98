/** The table of detectors: one entry each. */
import { card } from './card.ts';
import type { Detector } from './detector.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';
import { ip } from './ip.ts';
import { phone } from './phone.ts';
import { secret } from './secret.ts';
import { ssn } from './ssn.ts';

export const detectors: readonly Detector[] = [email, phone, card, iban, ssn, ip, secret];

/** The detector of that name; undefined when there is none. */
export function findDetector(name: string): Detector | undefined {
  return detectors.find((detector) => detector.name === name);
}
