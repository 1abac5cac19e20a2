import { randomUUID } from 'node:crypto';
import addressparser from 'nodemailer/lib/addressparser';
import { encodeWords, foldLines } from 'nodemailer/lib/mime-funcs';
import { encodedLines, subjectLines } from './encoding.ts';

/** One mail to one recipient, sent as `multipart/alternative` in UTF-8. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** In angle brackets. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The sender's address, and the same with its name as a header shows it. */
export interface Sender {
  readonly address: string;
  readonly header: string;
}

const ENCODED_WORD = 52;
const HEADER_LINE = 76;
/** Lines that any server takes as they are: printable ASCII, well below the 998 octets of RFC 5322. */
const PLAIN = /^(?:[\x20-\x7e\t]{0,900}(?:\r\n|$))*$/;
const SPECIAL_IN_NAME = /[^A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]/;

const encodedName = (name: string): string => {
  if (/[^\x20-\x7e]/.test(name)) return encodeWords(name, 'Q', ENCODED_WORD, true);
  return SPECIAL_IN_NAME.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
};

/** Reads an address that may come with a name, such as `JapaneseStudent <noreply@example.com>`. */
export const parseSender = (text: string): Sender => {
  const [{ name, address } = { name: '', address: '' }] = addressparser(text, { flatten: true });
  return { address, header: name === '' ? address : `${encodedName(name)} <${address}>` };
};

const oneLine = (name: string, value: string): string => {
  if (/[\r\n]/.test(value)) throw new TypeError(`the header ${name} holds a line break`);
  return value;
};

const header = (name: string, value: string): string =>
  foldLines(`${name}: ${oneLine(name, value)}`, HEADER_LINE);

const part = (type: string, text: string): string => {
  const body = text.replace(/\r\n?|\n/g, '\r\n');
  const isPlain = PLAIN.test(body);
  return [
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'base64'}`,
    '',
    isPlain ? body : encodedLines(body),
  ].join('\r\n');
};

/**
 * The whole mail as it goes over the wire. The library composes mails of every kind out of streams, which takes
 * several times as long for this one kind as sending it.
 */
export const composeMessage = (mail: Mail, from: Sender, now: Date): Buffer => {
  const boundary = `=_${randomUUID()}`;
  const lines = [
    header('From', from.header),
    header('To', mail.to),
    `Subject: ${subjectLines(oneLine('Subject', mail.subject))}`,
    header('Message-ID', mail.messageId),
    header('Date', now.toUTCString().replace('GMT', '+0000')),
    ...Object.entries(mail.headers).map(([name, value]) => header(name, value)),
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"`,
    '',
    `--${boundary}`,
    part('text/plain', mail.text),
    `--${boundary}`,
    part('text/html', mail.html),
    `--${boundary}--`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
};
