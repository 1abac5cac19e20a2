import { randomUUID } from 'node:crypto';
import { constants, createReadStream, type Dirent } from 'node:fs';
import { copyFile, link, lstat, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { ByteRange, ObjectStore, StoredObject } from './object-store.ts';
import { proveStore } from './probe.ts';
import { asStorageError, StorageError } from './storage-error.ts';

const FILE_MODE = 0o640;
const DIRECTORY_MODE = 0o750;
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
/** Large reads: a streamed file needs few system calls, and memory stays far below a file's size. */
const READ_BYTES = 256 * 1024;

const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

const orMissing = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/** Objects as files below a root directory; only regular files count. */
export const createFilesystemStore = (basePath: string): ObjectStore => {
  const root = resolve(basePath);

  const pathOf = (key: string): string => {
    const path = join(root, key);
    // Keys are ours, so this never happens; it is what keeps a mistake from leaving the root.
    if (!KEY.test(key) || !path.startsWith(root + sep)) throw new StorageError(`not a key: ${key}`);
    return path;
  };

  /** Makes a new directory durable as well: its name stands in its parent. */
  const makeDirectory = async (path: string): Promise<void> => {
    const first = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
    if (first !== undefined) await syncDirectory(dirname(first));
  };

  const temporaryPath = async (): Promise<string> => {
    await makeDirectory(join(root, 'tmp'));
    return join(root, 'tmp', `part-${randomUUID()}`);
  };

  /** Moves a finished temporary file to its key. */
  const publish = async (temporary: string, key: string): Promise<void> => {
    const path = pathOf(key);
    await makeDirectory(dirname(path));
    await rename(temporary, path);
    // Renaming between two names of one file does nothing and leaves both.
    await rm(temporary, { force: true });
    await syncDirectory(dirname(path));
  };

  const statOf = async (key: string): Promise<StoredObject | undefined> => {
    const found = await orMissing(lstat(pathOf(key)));
    return found?.isFile() ? { key, size: found.size, modifiedAt: found.mtime } : undefined;
  };

  const put = async (key: string, source: AsyncIterable<Uint8Array>): Promise<void> => {
    const { temporary, file } = await asStorageError(async () => {
      const path = await temporaryPath();
      return { temporary: path, file: await open(path, 'wx', FILE_MODE) };
    });
    try {
      try {
        for await (const chunk of source) await asStorageError(() => file.writeFile(chunk));
        await asStorageError(() => file.sync());
      } finally {
        await asStorageError(() => file.close());
      }
      await asStorageError(() => publish(temporary, key));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  };

  const copy = (from: string, to: string): Promise<boolean> =>
    asStorageError(async () => {
      const source = pathOf(from);
      if (!(await statOf(from))) return false;
      const temporary = await temporaryPath();
      try {
        // Files are never written in place, so a second name is a copy.
        await link(source, temporary).catch(async (error: unknown) => {
          if (isMissing(error)) throw error;
          await copyFile(source, temporary, constants.COPYFILE_EXCL);
          const file = await open(temporary, 'r+');
          await file.sync().finally(() => file.close());
        });
        const now = new Date();
        await utimes(temporary, now, now);
        await publish(temporary, to);
        return true;
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        if (isMissing(error) && !(await statOf(from))) return false;
        throw error;
      }
    });

  const read = (key: string, range?: ByteRange): Promise<Readable | undefined> =>
    asStorageError(async () => {
      const path = pathOf(key);
      const file = await orMissing(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
      if (!file) return undefined;
      if (!(await file.stat()).isFile()) {
        await file.close();
        return undefined;
      }
      return createReadStream(path, { fd: file, autoClose: true, highWaterMark: READ_BYTES, ...range });
    });

  async function* walk(folder: string): AsyncGenerator<StoredObject> {
    const entries: Dirent[] = await asStorageError(
      async () => (await orMissing(readdir(join(root, folder), { withFileTypes: true }))) ?? [],
    );
    for (const entry of entries) {
      const key = `${folder}${entry.name}`;
      if (entry.isDirectory()) yield* walk(`${key}/`);
      else if (entry.isFile() && KEY.test(key)) {
        const found = await asStorageError(() => statOf(key));
        if (found) yield found;
      }
    }
  }

  return {
    put,
    copy,
    stat: (key) => asStorageError(() => statOf(key)),
    read,
    remove: (key) => asStorageError(() => rm(pathOf(key), { force: true })),
    list: walk,
    removeAbandoned: async () => undefined,
    probe: () =>
      asStorageError(async () => {
        for (const folder of ['objects', 'tmp', 'uploads']) await makeDirectory(join(root, folder));
        if (!(await stat(root)).isDirectory()) throw new StorageError('the root is no directory');
        await proveStore({ put, read, remove: (key) => rm(pathOf(key), { force: true }) });
      }),
    close: () => undefined,
  };
};
