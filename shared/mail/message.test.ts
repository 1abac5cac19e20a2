import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { composeMessage, type Mail, parseSender } from './message.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const from = parseSender('JapaneseStudent <noreply@example.com>');
const mail = {
  to: 'hanako@example.com',
  subject: 'Hello',
  text: 'text',
  html: '<p>html</p>',
  messageId: '<task-1-1@example.com>',
  headers: { 'X-Task-Id': '1', 'Auto-Submitted': 'auto-generated' },
};
const compose = (change: Partial<Mail> = {}) => composeMessage({ ...mail, ...change }, from, NOW);

test('is what RFC 5322 asks for', () => {
  const boundary = /boundary="(.+)"/.exec(compose().toString())?.[1] ?? '';
  expect(boundary).toMatch(/^=_[\w-]{36}$/);
  const [head = '', ...parts] = compose()
    .toString()
    .replace(/=_[\w-]{36}/g, 'B')
    .split('\r\n--B');
  expect(head.split('\r\n')).toEqual([
    'From: JapaneseStudent <noreply@example.com>',
    'To: hanako@example.com',
    'Subject: Hello',
    'Message-ID: <task-1-1@example.com>',
    'Date: Fri, 02 Jan 2026 03:04:05 +0000',
    'X-Task-Id: 1',
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;',
    ' boundary="B"',
    '',
  ]);
  expect(parts).toEqual([
    '\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\ntext',
    '\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<p>html</p>',
    '--\r\n',
  ]);
});

const word = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('日本語', '--', '=_x', '.', '=?utf-8?Q?x?=', 'a'.repeat(1_200), 'あ'.repeat(300)),
);
const line = fc
  .array(word, { maxLength: 6 })
  .map((words) => words.join(' ').replace(/\p{Cc}/gu, ''))
  .filter((text) => text.isWellFormed());

test('every mail comes out as it went in, on lines that every server takes', async () => {
  const lines = fc.array(line, { maxLength: 5 }).map((all) => `${all.join('\n')}!`);
  await fc.assert(
    fc.asyncProperty(lines, lines, async (text, html) => {
      const message = compose({ text, html });
      const parsed = await simpleParser(message);
      expect(parsed.text?.replace(/\r\n/g, '\n')).toBe(text);
      expect(String(parsed.html).replace(/\r\n/g, '\n')).toBe(html);
      for (const each of message.toString('latin1').split('\r\n')) expect(each.length).toBeLessThan(998);
      expect(message.every((byte) => byte < 128)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('subjects survive in every script', async () => {
  const subjects = [
    'こんにちは、世界',
    'Grüße aus 東京'.repeat(20),
    'plain '.repeat(40).trim(),
    '🎌'.repeat(100),
    'x'.repeat(10_000),
    `x${' '.repeat(2_000)}y`,
    `word ${'x'.repeat(2_000)} word`,
    ' leading and trailing ',
    '=?utf-8?Q?x?= '.repeat(100).trim(),
    'e\u0301'.repeat(1_000),
    '\u00a0\u2028\ufeff'.repeat(500),
    '"quoted", (bracketed) <x@y> '.repeat(50).trim(),
  ];
  for (const subject of subjects) {
    const message = compose({ subject });
    expect((await simpleParser(message)).subject).toBe(subject);
    const head = message.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
    for (const each of head.split('\r\n')) expect(each.length).toBeLessThanOrEqual(78);
  }
});

describe('the sender', () => {
  test.each([
    ['noreply@example.com', 'noreply@example.com', ''],
    ['JapaneseStudent <noreply@example.com>', 'noreply@example.com', 'JapaneseStudent'],
    ['"Student, Japanese" <a@example.com>', 'a@example.com', 'Student, Japanese'],
    ['日本語 <a@example.com>', 'a@example.com', '日本語'],
  ])('%s', async (text, address, name) => {
    const sender = parseSender(text);
    expect(sender.address).toBe(address);
    const parsed = await simpleParser(composeMessage(mail, sender, NOW));
    expect(parsed.from?.value).toEqual([{ address, name }]);
  });
});

test('no header can bring another one along', () => {
  expect(() => compose({ to: 'a@example.com\r\nBcc: b@example.com' })).toThrow('line break');
  expect(() => compose({ headers: { 'X-Task-Id': '1\nX-Other: 2' } })).toThrow('line break');
  expect(() => compose({ subject: 'a\r\nBcc: b@example.com' })).toThrow('line break');
});

test('any subject folds, and comes out as it went in', async () => {
  const subjects = fc.array(word, { maxLength: 20 }).map((words) => words.join(' ').replace(/\p{Cc}/gu, ''));
  await fc.assert(
    fc.asyncProperty(subjects, async (subject) => {
      fc.pre(subject.isWellFormed());
      const message = compose({ subject });
      expect((await simpleParser(message)).subject ?? '').toBe(subject);
      const head = message.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
      for (const each of head.split('\r\n')) {
        expect(each.length).toBeLessThanOrEqual(78);
        expect(each.trim()).not.toBe('');
      }
    }),
    { numRuns: 100 },
  );
});

test('the largest mails take no time', () => {
  const text = '日本 '.repeat(150_000);
  // What this thread has worked, as on a busy machine others take the processor away.
  const before = process.threadCpuUsage().user;
  compose({ subject: text, text, html: ' '.repeat(1_048_576) });
  expect((process.threadCpuUsage().user - before) / 1_000).toBeLessThan(600);
});
