import { createTransport } from 'nodemailer';
import { afterEach, expect, test } from 'vitest';
import { type MailSink, startMailSink } from './mail-sink.ts';

let sink: MailSink | undefined;
afterEach(() => sink?.close());

const send = async ({ port }: MailSink, to = 'hanako@example.com') => {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, socketTimeout: 300 });
  try {
    return await transport.sendMail({
      from: 'sender@example.com',
      to,
      subject: 'こんにちは',
      text: 'はじめまして',
      headers: { 'X-Trace': '42' },
    });
  } finally {
    transport.close();
  }
};

test('keeps an accepted message with envelope, body and raw headers', async () => {
  sink = await startMailSink();
  const arrival = sink.waitFor(({ subject }) => subject === 'こんにちは');
  await send(sink);
  const mail = await arrival;
  expect(mail.envelope).toEqual({ from: 'sender@example.com', to: ['hanako@example.com'] });
  expect(mail.text?.trim()).toBe('はじめまして');
  expect(mail.headerLines).toContainEqual({ key: 'x-trace', line: 'X-Trace: 42' });
  expect(sink.messages).toHaveLength(1);
});

test.each([
  ['a refused recipient', 'recipient', { code: 550, text: 'no such user' }, { responseCode: 550 }],
  ['a deferred message', 'data', { code: 451, text: 'try later' }, { responseCode: 451 }],
  ['a refused connection', 'connect', { code: 554, text: 'go away' }, { responseCode: 554 }],
  ['a hanging server', 'data', 'hang', { code: 'ETIMEDOUT' }],
  ['a cut connection', 'data', 'drop', { code: 'ECONNECTION' }],
] as const)('%s fails the sender and keeps nothing', async (_, at, reply, failure) => {
  sink = await startMailSink({ behaviour: (stage) => (stage === at ? reply : 'accept') });
  await expect(send(sink)).rejects.toMatchObject(failure);
  expect(sink.messages).toHaveLength(0);
});

test('changes its behaviour while it runs', async () => {
  sink = await startMailSink({ behaviour: () => ({ code: 421, text: 'closed' }) });
  await expect(send(sink)).rejects.toThrow();
  sink.behave(() => 'accept');
  await send(sink);
  expect(sink.messages).toHaveLength(1);
  expect(sink.connections()).toBe(2);
});

test('waiting in vain names what did arrive', async () => {
  sink = await startMailSink();
  await send(sink);
  await expect(sink.waitFor(() => false, 50)).rejects.toThrow('arrived: こんにちは');
});
