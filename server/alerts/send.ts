/** A message on its way through one channel, in the form that the channel's kind wants. */
import type { ChannelAddress } from '../control/channels.ts';
import { type MailServer, sendMail } from './email.ts';
import type { AlertAbout, AlertData } from './message.ts';
import { failed, type Network, post, type Sent } from './post.ts';
import { signedHeaders } from './signature.ts';

/** A message as it is sent; its id is that of the delivery, and stays the same however often it is tried. */
export interface Delivery {
  readonly id: string;
  readonly at: number;
  readonly about: AlertAbout;
  readonly title: string;
  readonly text: string;
  /** The page that it is about; null where there is none, or where nobody has said where the pages are. */
  readonly link: string | null;
  readonly data: AlertData;
}

export interface Sending extends Network {
  /** Null where no mail server is set up. */
  readonly mail: MailServer | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Sends a message to an address. Never rejects. */
export async function send(address: ChannelAddress, message: Delivery, sending: Sending): Promise<Sent> {
  const { id, at, about, title, text, link, data } = message;
  switch (address.kind) {
    case 'webhook': {
      const body = JSON.stringify({ delivery: id, at: new Date(at).toISOString(), about, title, text, link, data });
      const headers = signedHeaders(address.secret, id, body, sending.now());
      return post(address.url, { 'content-type': 'application/json', ...headers }, body, sending);
    }
    case 'slack': {
      const lines = [
        `*${escaped(title)}*`,
        escaped(text),
        ...(link === null ? [] : [`<${escaped(link)}|Open the page>`]),
      ];
      const headers = { 'content-type': 'application/json', 'x-signalbox-delivery': id };
      return post(address.url, headers, JSON.stringify({ text: lines.join('\n') }), sending);
    }
    case 'email': {
      if (!sending.mail) {
        return failed('No mail server is set up. The administrator of the gateway has to set SMTP_URL and ALERT_FROM.');
      }
      const body = [text, ...(link === null ? [] : [link])].join('\n\n');
      const mail = { delivery: id, to: address.to, subject: `Signalbox: ${title}`, text: `${body}\n` };
      return sendMail(sending.mail, mail, sending.timeoutMs);
    }
  }
}

/** As Slack wants it, so that a tag can neither make a link nor call everybody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
