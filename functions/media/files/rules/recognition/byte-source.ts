/** A file at rest, read where recognition needs it. */
export interface ByteSource {
  readonly size: number;
  /** Bytes from `position` on: `length` of them, or fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  /** The whole file from its beginning. */
  stream(): AsyncIterable<Uint8Array>;
}

/** Whether the bytes at an offset are this text in ASCII. */
export const hasText = (bytes: Buffer, offset: number, text: string): boolean =>
  bytes.length >= offset + text.length && bytes.toString('latin1', offset, offset + text.length) === text;
