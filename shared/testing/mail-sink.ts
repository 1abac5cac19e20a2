import type { Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What an SMTP conversation has reached when the sink decides; `data` is after the whole message arrived. */
export type MailStage = 'connect' | 'sender' | 'recipient' | 'data';

/**
 * The sink's answer: `accept`; a refusal (code 4xx defers, 5xx refuses for good); `hang` keeps the client waiting
 * until the sink closes; `drop` cuts the connection without an answer.
 */
export type MailReply = 'accept' | 'hang' | 'drop' | { readonly code: number; readonly text: string };

/** Decides about one stage; the address is the sender's or recipient's, absent at `connect` and `data`. */
export type MailBehaviour = (stage: MailStage, address: string | undefined) => MailReply;

/** One message as it arrived; `headerLines` of the parsed mail holds the raw header fields in order. */
export interface ReceivedMail extends ParsedMail {
  readonly raw: string;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
}

/** A real SMTP server inside the test process. */
export interface MailSink {
  readonly port: number;
  /** Accepted messages in order of arrival; a message that was refused or left hanging at `data` is absent. */
  readonly messages: readonly ReceivedMail[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  readonly behave: (behaviour: MailBehaviour) => void;
  /** The first message that fits, waiting for it if need be. @throws when none arrives in time */
  readonly waitFor: (predicate: (mail: ReceivedMail) => boolean, timeoutMs?: number) => Promise<ReceivedMail>;
  readonly close: () => Promise<void>;
}

export interface MailSinkOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly behaviour?: MailBehaviour;
  /** For TLS and authentication, which are off otherwise. */
  readonly server?: SMTPServerOptions;
}

type Callback = (error?: Error | null) => void;

const readAll = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Starts a mail server on the loopback interface that keeps what it is sent. */
export const startMailSink = async (options: MailSinkOptions = {}): Promise<MailSink> => {
  const messages: ReceivedMail[] = [];
  const sockets = new Map<number, Socket>();
  const arrivals = new EventTarget();
  let connections = 0;
  let behaviour: MailBehaviour = options.behaviour ?? (() => 'accept');

  const answer = (stage: MailStage, address: string | undefined, remotePort: number, callback: Callback) => {
    const reply = behaviour(stage, address);
    if (reply === 'accept') callback();
    else if (reply === 'drop') sockets.get(remotePort)?.destroy();
    else if (reply !== 'hang') callback(Object.assign(new Error(reply.text), { responseCode: reply.code }));
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 50,
    onConnect: (session, callback) => answer('connect', undefined, session.remotePort, callback),
    onMailFrom: ({ address }, session, callback) => answer('sender', address, session.remotePort, callback),
    onRcptTo: ({ address }, session, callback) => answer('recipient', address, session.remotePort, callback),
    onData: (stream, { envelope, remotePort }, callback) => {
      void readAll(stream).then(async (bytes) => {
        const mail: ReceivedMail = {
          ...(await simpleParser(bytes)),
          raw: bytes.toString('utf8'),
          envelope: {
            from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
          },
        };
        answer('data', undefined, remotePort, (error) => {
          if (!error) {
            messages.push(mail);
            arrivals.dispatchEvent(new Event('mail'));
          }
          callback(error);
        });
      }, callback);
    },
    ...options.server,
  });
  // A client that hangs up in the middle is what some tests are about.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    connections += 1;
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail sink has no port');

  return {
    port: address.port,
    messages,
    connections: () => connections,
    behave: (next) => {
      behaviour = next;
    },
    waitFor: (predicate, timeoutMs = 5_000) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const mail = messages.find(predicate);
          if (!mail) return;
          finish();
          resolve(mail);
        };
        const timer = setTimeout(() => {
          finish();
          const subjects = messages.map(({ subject }) => subject ?? '').join(', ');
          reject(new Error(`No such mail within ${timeoutMs} ms; arrived: ${subjects || 'none'}`));
        }, timeoutMs);
        const finish = (): void => {
          clearTimeout(timer);
          arrivals.removeEventListener('mail', look);
        };
        arrivals.addEventListener('mail', look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
