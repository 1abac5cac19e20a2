import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../errors/app-error.ts';
import { longestTurnMs } from '../../testing/loop-hold.ts';
import type { BodySpec } from '../contract.ts';
import { parseMultipart } from './multipart-body.ts';
import { multipartParts } from './multipart-parts.ts';

const MEBIBYTE = 1_048_576;
const TYPE = 'multipart/form-data; boundary=x';
const ALLOWED_MS = 50;

const spec: BodySpec = {
  format: 'multipart',
  schema: z.object({ name: z.string().max(100).optional() }),
  files: { picture: { maxBytes: 10 * MEBIBYTE } },
};

const repeated = (text: string, size: number): Buffer =>
  Buffer.alloc(Math.ceil(size / text.length) * text.length, text);
const closed = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.from('\r\n--x--\r\n')]);
const disposition = (parameters: string): string => `content-disposition: form-data; ${parameters}\r\n`;
const part = (parameters: string, content = ''): string =>
  `--x\r\n${disposition(parameters)}\r\n${content}\r\n`;
const headed = (headers: string, fill: string, size: number): Buffer =>
  closed(Buffer.concat([Buffer.from(`--x\r\n${headers}`), repeated(fill, size), Buffer.from('\r\n\r\n')]));

const TOO_LARGE: readonly (readonly [string, Buffer])[] = [
  ['empty headers', closed(repeated('--x\r\n\r\n\r\n', 4 * MEBIBYTE))],
  ['delimiters without headers', closed(repeated('--x\r\n', 4 * MEBIBYTE))],
  ['100,000 tiny parts', closed(repeated(part('name="a"', '1'), 100_000 * 60))],
  ['100,000 tiny parts of a known name', closed(repeated(part('name="name"', '1'), 100_000 * 60))],
  ['empty file parts', closed(repeated(part('name="picture"; filename=""'), 10 * MEBIBYTE))],
  ['empty file parts of no known name', closed(repeated(part('name="a"; filename="a"'), 10 * MEBIBYTE))],
  ['one endless header', headed('a: ', 'b', 10 * MEBIBYTE)],
  ['countless headers', headed('', 'a: b\r\n', 10 * MEBIBYTE)],
  ['a folded header', headed('a: b', '\r\n c', 10 * MEBIBYTE)],
  ['countless parameters', headed('content-disposition: form-data', ";n*=utf-8''%41", 10 * MEBIBYTE)],
  ['an endless preamble', repeated('a', 10 * MEBIBYTE)],
  [
    'an endless text',
    closed(Buffer.concat([Buffer.from(part('name="name"').slice(0, -2)), repeated('a', 9 * MEBIBYTE)])),
  ],
];

const FINE: readonly (readonly [string, Buffer])[] = [
  ['a picture', repeated('picture', 9 * MEBIBYTE)],
  ['carriage returns', repeated('\r', 9 * MEBIBYTE)],
  ['beginnings of delimiters', repeated('\r\n--', 9 * MEBIBYTE)],
  ['empty lines', repeated('\r\n', 9 * MEBIBYTE)],
];

const pictureOf = (content: Buffer): Buffer =>
  closed(Buffer.concat([Buffer.from(part('name="picture"; filename="a.png"').slice(0, -2)), content]));

const buffered = (bytes: Buffer) => parseMultipart(bytes, TYPE, spec);

/** As an upload arrives, its file read and thrown away. */
const streamed = async (bytes: Buffer): Promise<void> => {
  const options = { contentType: TYPE, maxBytes: 20 * MEBIBYTE };
  for await (const { name, content } of multipartParts(Readable.from([bytes]), options)) {
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (name === 'name' && size > MEBIBYTE) throw new AppError('payload_too_large');
    }
  }
};

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)),
  );

describe.each([
  ['buffered', buffered],
  ['streamed', streamed],
])('a %s body', (_kind, read) => {
  let idleMs = 0;
  beforeAll(async () => {
    await read(pictureOf(repeated('warm', MEBIBYTE)));
    idleMs = await longestTurnMs(() => sleep(300));
  });

  it.each(TOO_LARGE)('of %s is refused and holds nobody up', async (_name, bytes) => {
    let code = '';
    const startedAt = performance.now();
    const heldMs = await longestTurnMs(async () => {
      code = await codeOf(read(bytes));
    });
    expect(code).toBe('payload_too_large');
    expect(heldMs - idleMs).toBeLessThan(ALLOWED_MS);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it.each(FINE)('with %s passes and holds nobody up', async (_name, content) => {
    const bytes = pictureOf(content);
    const heldMs = await longestTurnMs(() => read(bytes));
    expect(heldMs - idleMs).toBeLessThan(ALLOWED_MS);
  });
});

it('reads a file of several mebibytes byte for byte', async () => {
  const content = repeated('picture\r\n--\r\n', 9 * MEBIBYTE);
  const { files } = await buffered(pictureOf(content));
  expect(files['picture']?.bytes.equals(content)).toBe(true);
});

it('takes 100 parts and not one more', async () => {
  const of = (count: number) => closed(repeated(part('name="a"', '1'), part('name="a"', '1').length * count));
  expect(await codeOf(buffered(of(100)))).toBe('none');
  expect(await codeOf(buffered(of(101)))).toBe('payload_too_large');
});
