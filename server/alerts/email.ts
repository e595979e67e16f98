/** Messages by e-mail, through the server that the setting SMTP_URL names. */
import { createTransport } from 'nodemailer';
import { failed, type Sent } from './post.ts';

export interface MailServer {
  /** smtp:// or smtps://, with user and password where it wants them. */
  readonly url: string;
  /** Whom the messages are from. */
  readonly from: string;
}

export interface Mail {
  readonly delivery: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** The gateway's own machine, on whose wire nobody else listens. */
const HERE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Sends one mail. Never rejects. A message's id is made of the delivery's, so that one that comes twice can be told. */
export async function sendMail(server: MailServer, mail: Mail, timeoutMs: number): Promise<Sent> {
  const signal = AbortSignal.timeout(timeoutMs);
  const isHere = HERE.has(new URL(server.url).hostname);
  const transport = createTransport({
    url: server.url,
    // A password or a message never goes over a foreign wire in the open.
    requireTLS: !isHere,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { accepted, rejected } = await transport.sendMail({
      from: server.from,
      to: [...mail.to],
      subject: mail.subject,
      text: mail.text,
      messageId: `<${mail.delivery}@signalbox>`,
      headers: { 'X-Signalbox-Delivery': mail.delivery, 'Auto-Submitted': 'auto-generated' },
      signal,
    });
    const words =
      rejected.length === 0
        ? 'The mail server has taken it.'
        : `The mail server has taken it for ${accepted.length} of ${accepted.length + rejected.length}; it refused ${rejected.join(', ')}.`;
    return { ok: true, words, retryAfterMs: null };
  } catch (error) {
    return failed(signal.aborted ? `The mail server did not answer within ${timeoutMs / 1000} seconds.` : say(error));
  } finally {
    transport.close();
  }
}

const TROUBLE: Readonly<Record<string, string>> = {
  EAUTH: 'The mail server refused the login. Check user and password in the setting SMTP_URL',
  ENOAUTH: 'The mail server wants a login, and the setting SMTP_URL has none',
  ETLS: 'The mail server offers no safe connection (STARTTLS), or its certificate is not right',
  EDNS: 'The name of the mail server in the setting SMTP_URL is not known',
  ESOCKET: 'The mail server cannot be reached, or broke the connection off',
  ECONNECTION: 'The mail server cannot be reached, or broke the connection off',
  ETIMEDOUT: 'The mail server does not answer',
  EENVELOPE: 'The mail server refused the sender or every receiver',
  EMESSAGE: 'The mail server refused the message',
};

function say(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const answer = 'response' in error && typeof error.response === 'string' ? error.response : '';
  const said = answer === '' ? '' : ` It said: “${answer.replace(/\s+/g, ' ').slice(0, 200)}”.`;
  return `${TROUBLE[code] ?? `The message could not be sent: ${error.message.replace(/\.$/, '')}`}.${said}`;
}
