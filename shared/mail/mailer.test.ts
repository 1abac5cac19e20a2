import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { type MailSink, type MailSinkOptions, startMailSink } from '../testing/mail-sink.ts';
import { type Mailer, openMailer } from './mailer.ts';

const mail = {
  to: 'hanako@example.com',
  subject: 'こんにちは',
  text: 'はじめまして',
  html: '<p>はじめまして</p>',
  messageId: '<task-1-1@example.com>',
  headers: { 'X-Task-Id': '1' },
};
const never = new AbortController().signal;

let sink: MailSink | undefined;
let server: Server | undefined;
const sockets = new Set<Socket>();
const mailers: Mailer[] = [];
afterEach(async () => {
  for (const mailer of mailers.splice(0)) mailer.close();
  for (const socket of sockets) socket.destroy();
  server?.close();
  await sink?.close();
});

const mailerAt = (port: number, settings: NodeJS.ProcessEnv = {}): Mailer => {
  const environment = {
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(port),
    SMTP_FROM: 'JS <noreply@example.com>',
  };
  const mailer = openMailer(loadConfig({ APP_ENV: 'test', ...environment, ...settings }));
  mailers.push(mailer);
  return mailer;
};

const startSink = async (options: MailSinkOptions = {}): Promise<MailSink> => {
  sink = await startMailSink(options);
  return sink;
};

/** A server that says this to everything it hears. */
const startTalker = async (greet: (socket: Socket) => void): Promise<number> => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    greet(socket);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
};

test('sends text and HTML with the given headers, to one recipient', async () => {
  const { port, messages } = await startSink();
  await mailerAt(port).send(mail, never);
  const [received] = messages;
  expect(received?.envelope).toEqual({ from: 'noreply@example.com', to: ['hanako@example.com'] });
  expect(received?.text?.trim()).toBe('はじめまして');
  expect(received?.html).toBe('<p>はじめまして</p>');
  expect(received?.raw).toMatch(/^Content-Type: multipart\/alternative;/m);
  expect(received?.raw).toMatch(/^Content-Type: text\/plain; charset=utf-8/m);
  const headers = Object.fromEntries(received?.headerLines.map(({ key, line }) => [key, line]) ?? []);
  expect(headers).toMatchObject({
    'message-id': 'Message-ID: <task-1-1@example.com>',
    'x-task-id': 'X-Task-Id: 1',
    from: 'From: JS <noreply@example.com>',
    to: 'To: hanako@example.com',
  });
  expect(headers['date']).toBeDefined();
});

test('many mails share the connections of the pool', async () => {
  const { port, messages, connections } = await startSink();
  const mailer = mailerAt(port, { SMTP_POOL_SIZE: '2' });
  await Promise.all(Array.from({ length: 20 }, () => mailer.send(mail, never)));
  expect(messages).toHaveLength(20);
  expect(connections()).toBeLessThanOrEqual(2);
});

describe('failures', () => {
  test.each([
    ['a refused recipient', 'recipient', { code: 550, text: 'no such user' }, 'recipient_refused'],
    ['a refused message', 'data', { code: 554, text: 'spam' }, 'recipient_refused'],
    ['a deferred recipient', 'recipient', { code: 450, text: 'later' }, 'smtp_error'],
    ['a refused sender', 'sender', { code: 550, text: 'not you' }, 'smtp_error'],
    ['a refused connection', 'connect', { code: 554, text: 'go away' }, 'smtp_error'],
    ['a cut connection', 'data', 'drop', 'smtp_error'],
    ['a hanging server', 'data', 'hang', 'smtp_timeout'],
    ['a server that never greets', 'connect', 'hang', 'smtp_timeout'],
  ] as const)('%s', async (_, at, reply, code) => {
    const { port, messages } = await startSink({ behaviour: (stage) => (stage === at ? reply : 'accept') });
    const settings = { SMTP_SEND_TIMEOUT_MS: '200', SMTP_CONNECT_TIMEOUT_MS: '200' };
    await expect(mailerAt(port, settings).send(mail, never)).rejects.toMatchObject({
      name: 'MailError',
      code,
    });
    expect(messages).toHaveLength(0);
  });

  test.each(['sender', 'recipient', 'data'] as const)(
    'a connection that falls silent at %s of its second mail',
    async (at) => {
      const { port, behave } = await startSink();
      const mailer = mailerAt(port, { SMTP_POOL_SIZE: '1', SMTP_SEND_TIMEOUT_MS: '200' });
      await mailer.send(mail, never);
      behave((stage) => (stage === at ? 'hang' : 'accept'));
      await expect(mailer.send(mail, never)).rejects.toMatchObject({ code: 'smtp_timeout' });
      behave(() => 'accept');
      await mailer.send(mail, never);
    },
  );

  test('nobody listens', async () => {
    const { port, close } = await startSink();
    await close();
    const sent = mailerAt(port).send(mail, never);
    await expect(sent).rejects.toMatchObject({ code: 'smtp_error', message: 'connection refused' });
  });

  test('a server that trickles its greeting ends at the deadline', async () => {
    const port = await startTalker((socket) => {
      const timer = setInterval(() => socket.write('220-wait\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const settings = { SMTP_SEND_TIMEOUT_MS: '200', SMTP_CONNECT_TIMEOUT_MS: '100' };
    await expect(mailerAt(port, settings).send(mail, never)).rejects.toMatchObject({ code: 'smtp_timeout' });
  });

  test('one connection serves the mails after a refused one', async () => {
    const { port, messages, connections } = await startSink({
      behaviour: (_, address) => (address === 'bad@example.com' ? { code: 550, text: 'no' } : 'accept'),
    });
    const mailer = mailerAt(port, { SMTP_POOL_SIZE: '1' });
    const sent = [mail, { ...mail, to: 'bad@example.com' }, mail].map((one) => mailer.send(one, never));
    const results = await Promise.allSettled(sent);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([messages.length, connections()]).toEqual([2, 1]);
  });

  test('a mail is tried once, also when a used connection breaks under it', async () => {
    let mails = 0;
    let tries = 0;
    const { port, messages } = await startSink({
      behaviour: (stage) => {
        if (stage === 'sender') tries += 1;
        return stage === 'sender' && mails > 0 ? 'drop' : 'accept';
      },
    });
    const mailer = mailerAt(port, { SMTP_POOL_SIZE: '1' });
    await mailer.send(mail, never);
    mails = 1;
    await expect(mailer.send(mail, never)).rejects.toMatchObject({ code: 'smtp_error' });
    expect([messages.length, tries]).toEqual([1, 2]);
  });
});

describe('TLS', () => {
  test('required and not offered: nothing is sent', async () => {
    let heard = '';
    const port = await startTalker((socket) => {
      socket.write('220 plain\r\n');
      socket.on('data', (bytes) => {
        heard += bytes.toString();
        socket.write(/^EHLO/.test(bytes.toString()) ? '250 plain\r\n' : '502 no\r\n');
      });
    });
    const sent = mailerAt(port, { SMTP_REQUIRE_TLS: 'true' }).send(mail, never);
    await expect(sent).rejects.toMatchObject({ code: 'smtp_error' });
    expect(heard).not.toMatch(/MAIL FROM|RCPT|DATA/);
  });

  test('offered with a certificate that nobody vouches for: nothing is sent', async () => {
    const { port, messages } = await startSink({ server: { disabledCommands: ['AUTH'] } });
    await expect(mailerAt(port).send(mail, never)).rejects.toMatchObject({ code: 'smtp_error' });
    expect(messages).toHaveLength(0);
  });
});

test('logs in when there is a user name', async () => {
  let login: unknown;
  const { port, messages } = await startSink({
    server: {
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, callback) => {
        login = { username, password };
        callback(null, { user: 'ok' });
      },
    },
  });
  await mailerAt(port, { SMTP_USERNAME: 'me', SMTP_PASSWORD: 'pass' }).send(mail, never);
  expect(login).toEqual({ username: 'me', password: 'pass' });
  expect(messages).toHaveLength(1);
});

test('aborting ends a delivery, and one that waits for its slot never starts', async () => {
  const { port, connections } = await startSink({
    behaviour: (stage) => (stage === 'data' ? 'hang' : 'accept'),
  });
  const mailer = mailerAt(port, { SMTP_POOL_SIZE: '1' });
  const abort = new AbortController();
  const sent = [mailer.send(mail, abort.signal), mailer.send(mail, abort.signal)];
  setTimeout(() => abort.abort(), 100);
  for (const one of sent) await expect(one).rejects.toMatchObject({ code: 'aborted' });
  expect(connections()).toBe(1);
});
