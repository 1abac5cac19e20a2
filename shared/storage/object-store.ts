import type { Readable } from 'node:stream';

/** What a store knows of an object without reading it. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Byte positions, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a presigned read fixes in its answer. */
export interface PresignedRead {
  readonly contentType: string;
  readonly disposition: string;
  readonly seconds: number;
}

/**
 * Where bytes live. Keys are `/`-separated segments of letters, digits, `-`, `_` and `.`, made by us and never
 * by a client. Every method but the presigning ones throws StorageError when the store fails; what a source
 * throws while it is being written comes through as it is.
 */
export interface ObjectStore {
  /** Writes all bytes of the source durably; readers see the old object or the new one, never a part. */
  put(key: string, source: AsyncIterable<Uint8Array>): Promise<void>;
  /** Gives `to` the bytes that `from` has now, durably; later changes of either leave the other alone. False without `from`. */
  copy(from: string, to: string): Promise<boolean>;
  stat(key: string): Promise<StoredObject | undefined>;
  /** The bytes as they are when it resolves, whatever happens to the key later; undefined without the object. */
  read(key: string, range?: ByteRange): Promise<Readable | undefined>;
  /** A missing object is a success. */
  remove(key: string): Promise<void>;
  /** Objects whose key begins with the prefix, which ends in `/`; in no particular order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Removes what writes that died before the given time left behind, and that {@link list} does not show. */
  removeAbandoned(before: Date): Promise<void>;
  /** Writes an object, reads it back and deletes it. */
  probe(): Promise<void>;
  /** Undefined where clients cannot write to the store themselves. */
  readonly presignPut?: (key: string, contentType: string, seconds: number) => Promise<string>;
  readonly presignGet?: (key: string, read: PresignedRead) => Promise<string>;
  close(): void;
}
