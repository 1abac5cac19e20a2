import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../errors/app-error.ts';
import type { BodySpec } from '../contract.ts';
import { readBody } from './body.ts';
import { parseMultipart } from './multipart-body.ts';

const spec: BodySpec = {
  format: 'json-or-multipart',
  schema: z.object({
    name: z.string().max(100),
    role: z.int(),
    active: z.boolean().optional(),
    password: z.string().max(100),
  }),
  untrimmed: ['password'],
  files: { avatar: { maxBytes: 10 } },
};

interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  readonly filename?: string;
}

const multipart = (parts: readonly Part[], boundary = 'Boundary_7'): { bytes: Buffer; type: string } => {
  const chunks = parts.flatMap(({ name, content, filename }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  const bytes = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
  return { bytes, type: `multipart/form-data;boundary="${boundary}"` };
};

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)),
  );

describe('multipart bodies', () => {
  it('reads texts and declared files, and drops empty and undeclared parts', async () => {
    const { bytes, type } = multipart([
      { name: 'name', content: ' Hanako ' },
      { name: 'password', content: ' secret ' },
      { name: 'empty', content: '' },
      { name: 'avatar', content: 'picture', filename: 'は.png' },
      { name: 'other', content: 'ignored', filename: 'x' },
    ]);
    const { fields, files } = await parseMultipart(bytes, type, spec);
    expect({ ...fields }).toEqual({ name: 'Hanako', password: ' secret ' });
    expect(Object.keys(files)).toEqual(['avatar']);
    expect(files['avatar']).toMatchObject({ filename: 'は.png', bytes: Buffer.from('picture') });
    expect(files['avatar']?.sha256).toHaveLength(64);
  });

  it('drops an empty file; to be kept, it needs a name: that of a file field left blank has none', async () => {
    const filesOf = async (filename: string, keepsEmpty: boolean) => {
      const { bytes, type } = multipart([{ name: 'avatar', content: '', filename }]);
      const files = { avatar: { maxBytes: 10, keepsEmpty } };
      return { ...(await parseMultipart(bytes, type, { ...spec, files })).files };
    };
    expect(await filesOf('a.png', false)).toEqual({});
    expect(await filesOf('', true)).toEqual({});
    expect(await filesOf('a.png', true)).toMatchObject({
      avatar: { filename: 'a.png', bytes: Buffer.alloc(0) },
    });
  });

  it('turns numbers and booleans into what the schema expects and leaves other text alone', async () => {
    const { bytes, type } = multipart([
      { name: 'name', content: '42' },
      { name: 'role', content: '3' },
      { name: 'active', content: 'true' },
      { name: 'password', content: 'true' },
    ]);
    const request = { headers: { 'content-type': type }, body: bytes } as never;
    const { value } = await readBody(request, spec);
    expect(value).toEqual({ name: '42', role: 3, active: true, password: 'true' });
  });

  it('refuses a file that is one byte too large, and takes one of exactly the limit', async () => {
    const file = (content: string) => multipart([{ name: 'avatar', content, filename: 'a' }]);
    expect(await codeOf(parseMultipart(file('0123456789').bytes, file('').type, spec))).toBe('none');
    expect(await codeOf(parseMultipart(file('0123456789x').bytes, file('').type, spec))).toBe(
      'payload_too_large',
    );
  });

  it('refuses a part that is given twice, a missing end and a boundary that does not fit', async () => {
    const twice = multipart([
      { name: 'name', content: 'a' },
      { name: 'name', content: 'b' },
    ]);
    expect(await codeOf(parseMultipart(twice.bytes, twice.type, spec))).toBe('malformed_request');
    const cut = twice.bytes.subarray(0, 40);
    expect(await codeOf(parseMultipart(cut, twice.type, spec))).toBe('malformed_request');
  });

  it('ignores unknown parts, once or twice, whatever they are called', async () => {
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'unknown'];
    const { bytes, type } = multipart([
      { name: 'name', content: 'Hanako' },
      ...[...names, ...names].flatMap((name) => [
        { name, content: 'text' },
        { name, content: 'a file', filename: 'a' },
      ]),
    ]);
    const { fields, files } = await parseMultipart(bytes, type, spec);
    expect([Object.entries(fields), Object.entries(files)]).toEqual([[['name', 'Hanako']], []]);
    const request = { headers: { 'content-type': type }, body: bytes } as never;
    expect((await readBody(request, spec)).value).toEqual({ name: 'Hanako' });
  });

  it('refuses text that is not UTF-8', async () => {
    for (const content of [
      Buffer.from([0xff]),
      Buffer.from('é', 'latin1'),
      Buffer.from([0xed, 0xa0, 0x80]),
    ]) {
      const { bytes, type } = multipart([{ name: 'name', content }]);
      expect(await codeOf(parseMultipart(bytes, type, spec))).toBe('malformed_request');
    }
  });

  it('takes every printable boundary of at most 70 characters', async () => {
    const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => index + 33));
    const boundaries = [...printable.replace(/["\\]/g, ''), '*****', 'a b', `----${'x'.repeat(66)}`];
    for (const boundary of boundaries) {
      const { bytes, type } = multipart([{ name: 'name', content: 'a' }], boundary);
      expect({ ...(await parseMultipart(bytes, type, spec)).fields }, boundary).toEqual({ name: 'a' });
    }
    const tooLong = multipart([{ name: 'name', content: 'a' }], 'x'.repeat(71));
    expect(await codeOf(parseMultipart(tooLong.bytes, tooLong.type, spec))).toBe('malformed_request');
  });

  it('answers any bytes with parts or one refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (noise) => {
        const { bytes, type } = multipart([{ name: 'name', content: Buffer.from(noise) }]);
        const mangled = Buffer.concat([bytes.subarray(0, noise[0] ?? 0), Buffer.from(noise), bytes]);
        expect(['none', 'malformed_request', 'payload_too_large']).toContain(
          await codeOf(parseMultipart(mangled, type, spec)),
        );
      }),
    );
  });
});
