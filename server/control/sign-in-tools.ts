/** What letting people in needs of the rest of the gateway. */
import type { MailServer } from '../alerts/email.ts';
import type { Secrets } from '../store/secrets.ts';

export interface SignInTools {
  /** Seals the secrets of codes and of providers. */
  readonly secrets: Secrets;
  /** Sends invitations; null where no mail server is set up. */
  readonly mail: MailServer | null;
  /** Where people reach the pages, without a slash at the end; null where it is not known. */
  readonly publicUrl: string | null;
  /** Whether providers of sign-in may be in the gateway's own network. */
  readonly allowPrivate: boolean;
}
