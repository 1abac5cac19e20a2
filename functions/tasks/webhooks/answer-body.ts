import type { Readable } from 'node:stream';

/** Bytes of an answer that are read at most (rule W7). */
const MAXIMUM_BYTES = 4_096;

/**
 * The beginning of a body as text, cut between two characters. The status has decided already, so a body that breaks off
 * or does not end in time counts as far as it came.
 */
export const readBody = async (body: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAXIMUM_BYTES) break;
    }
  } catch {
    // The part that arrived is the answer.
  }
  const bytes = Buffer.concat(chunks).subarray(0, MAXIMUM_BYTES);
  // A decoder that expects more bytes keeps back a character that was cut in the middle.
  return new TextDecoder().decode(bytes, { stream: length >= MAXIMUM_BYTES });
};
