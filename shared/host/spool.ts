import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../storage/storage-error.ts';

/** Bytes on the disk that nobody else can see and that end with the process. */
export interface Spool {
  append(chunk: Uint8Array): Promise<void>;
  /** All bytes so far. */
  read(): Promise<Buffer>;
  close(): Promise<void>;
}

const asUnavailable = (cause: unknown): never => {
  throw new StorageError('a body could not be kept on the disk', { cause });
};

/** Opens a file without a name. @throws StorageError when the temporary folder is full or not writable */
export const openSpool = async (): Promise<Spool> => {
  const path = join(tmpdir(), `japanesestudent-body-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600).catch(asUnavailable);
  await unlink(path).catch(asUnavailable);
  let size = 0;
  return {
    append: async (chunk) => {
      await file.writeFile(chunk).catch(asUnavailable);
      size += chunk.length;
    },
    read: async () => {
      const bytes = Buffer.allocUnsafeSlow(size);
      for (let done = 0; done < size; ) {
        const { bytesRead } = await file.read(bytes, done, size - done, done).catch(asUnavailable);
        if (bytesRead === 0) asUnavailable(new Error('the file is shorter than what was written'));
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
};
