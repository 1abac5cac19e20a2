import { randomBytes } from 'node:crypto';
import type { TestRequest } from '#shared/testing/invoke.ts';

const HEADS = {
  png: Buffer.from('89504e470d0a1a0a', 'hex'),
  jpg: Buffer.from('ffd8ff', 'hex'),
  gif: Buffer.from('GIF89a'),
  webp: Buffer.from('RIFF0000WEBP'),
} as const;

/** A picture by its first bytes that no other call gives again. */
export const picture = (kind: keyof typeof HEADS = 'png', size = 100): Buffer =>
  Buffer.concat([HEADS[kind], randomBytes(size - HEADS[kind].length)]);

/** A multipart body of text parts and files, to be spread into a request; files get a name of no meaning. */
export const multipart = async (
  parts: Readonly<Record<string, string | Buffer>>,
  headers: Record<string, string> = {},
): Promise<Pick<TestRequest, 'headers' | 'body'>> => {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), 'picture.bin');
  }
  const encoded = new Response(form);
  const contentType = encoded.headers.get('content-type') ?? '';
  return {
    headers: { ...headers, 'content-type': contentType },
    body: Buffer.from(await encoded.arrayBuffer()),
  };
};
