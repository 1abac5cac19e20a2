import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../errors/app-error.ts';
import { MultipartGate } from './multipart-gate.ts';
import { multipartParts } from './multipart-parts.ts';

const TYPE = 'multipart/form-data; boundary=xy';
const OPTIONS = { contentType: TYPE, maxBytes: 1_000_000 };
const part = (name: string, content: string): string =>
  `--xy\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`;

const inPieces = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

it('reads the same parts however the body is cut', async () => {
  const content = fc.string({ unit: fc.constantFrom('\r', '\n', '-', 'x', 'y', 'a'), maxLength: 20 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 4 }), sizes, async (contents, cuts) => {
      // Content that holds a delimiter is another body.
      fc.pre(contents.every((text) => !`\r\n${text}`.includes('\r\n--xy')));
      const bytes = Buffer.from(`${contents.map((text, i) => part(`p${i}`, text)).join('')}--xy--\r\n`);
      const read: [string, string][] = [];
      for await (const { name, content: chunks } of multipartParts(inPieces(bytes, cuts), OPTIONS)) {
        let text = '';
        for await (const chunk of chunks) text += Buffer.from(chunk).toString('latin1');
        read.push([name, text]);
      }
      expect(read).toEqual(contents.map((text, i) => [`p${i}`, text]));
    }),
  );
});

it.each([1, 2, 3, 5, 7, 64, 65_536])('counts in pieces of %i bytes as in one', (size) => {
  const pass = (text: string) => {
    const gate = new MultipartGate('xy');
    for (const piece of inPieces(Buffer.from(text), [size])) gate.pass(piece);
  };
  const empty = '--xy\r\n\r\n';
  expect(() => pass(`${part('a', '\r\n\r\n').repeat(100)}--xy--\r\n`)).not.toThrow();
  expect(() => pass(`${part('a', '').repeat(101)}--xy--\r\n`)).toThrow(AppError);
  expect(() => pass(`${`${empty}\r\n`.repeat(101)}--xy--\r\n`)).toThrow(AppError);
  expect(() => pass(`${empty.repeat(101)}--xy--\r\n`)).toThrow(AppError);
  expect(() => pass(part('a', `${'b'.repeat(70_000)}\r\n\r\n${'c'.repeat(70_000)}`))).not.toThrow();
  expect(() => pass(part('a'.repeat(65_536), ''))).toThrow(AppError);
  expect(() => pass(`${part('a'.repeat(40_000), '')}${part('a'.repeat(40_000), '')}`)).toThrow(AppError);
});

it('skips what is not read of a part', async () => {
  const large = part('large', 'a'.repeat(200_000));
  const bytes = Buffer.from(`${large}${large}${part('last', 'b')}--xy--`);
  const names: string[] = [];
  for await (const { name, content } of multipartParts([bytes], OPTIONS)) {
    names.push(name);
    if (names.length === 2) for await (const _chunk of content) break;
  }
  expect(names).toEqual(['large', 'large', 'last']);
});

it('passes on why the body broke off, to whoever reads', async () => {
  const gone = new AppError('malformed_request', { message: 'gone' });
  const body = async function* () {
    yield Buffer.from(part('a', 'b').slice(0, -3));
    await setImmediate();
    throw gone;
  };
  const reading = async () => {
    for await (const { content } of multipartParts(body(), OPTIONS)) for await (const _chunk of content);
  };
  await expect(reading()).rejects.toBe(gone);
  const waiting = async () => {
    for await (const _part of multipartParts(body(), OPTIONS));
  };
  await expect(waiting()).rejects.toBe(gone);
});

it('stops reading the body when nobody wants more of it', async () => {
  let given = 0;
  const body = async function* () {
    for (; given < 100; given += 1) yield Buffer.from(given === 0 ? part('a', 'b') : 'c'.repeat(20_000));
  };
  for await (const _part of multipartParts(body(), { ...OPTIONS, maxBytes: 10_000_000 })) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(given).toBeLessThan(10);
});
