import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { startS3Server } from '../testing/s3-server.ts';
import { createFilesystemStore } from './filesystem-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Store } from './s3-store.ts';
import { StorageError } from './storage-error.ts';

const LARGE = Buffer.alloc(11 * 1_048_576 + 7, 'large object ');

async function* chunksOf(bytes: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const openFilesystem = async () => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-store-'));
  const store = createFilesystemStore(root);
  return { store, close: () => rm(root, { recursive: true, force: true }) };
};

const openS3 = async () => {
  const server = await startS3Server();
  const store = createS3Store(loadConfig({ APP_ENV: 'test', ...server.environment }));
  return {
    store,
    close: async () => {
      store.close();
      await server.close();
    },
  };
};

describe.each([
  ['the filesystem', openFilesystem],
  ['S3', openS3],
])('a store on %s', (_name, openStore) => {
  let store: ObjectStore;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ store, close } = await openStore());
  });
  afterAll(() => close());

  const content = async (key: string, range?: { start: number; end: number }) => {
    const found = await store.read(key, range);
    return found && (await buffer(found));
  };
  const keys = async (prefix: string) => {
    const found: string[] = [];
    for await (const { key } of store.list(prefix)) found.push(key);
    return found.sort();
  };

  it.each([
    ['one byte', Buffer.from('x')],
    ['a chunk', Buffer.alloc(65_536, 'a')],
    ['several parts', LARGE],
  ])('gives back %s', async (_size, bytes) => {
    await store.put('objects/aa/one', chunksOf(bytes));
    expect((await content('objects/aa/one'))?.equals(bytes)).toBe(true);
    expect(await store.stat('objects/aa/one')).toMatchObject({ key: 'objects/aa/one', size: bytes.length });
  });

  it('reads ranges', async () => {
    await store.put('objects/range', chunksOf(Buffer.from('0123456789')));
    expect(String(await content('objects/range', { start: 0, end: 0 }))).toBe('0');
    expect(String(await content('objects/range', { start: 3, end: 9 }))).toBe('3456789');
  });

  it('replaces as a whole', async () => {
    await store.put('objects/replaced', chunksOf(Buffer.from('first version')));
    const reading = await store.read('objects/replaced');
    await store.put('objects/replaced', chunksOf(Buffer.from('2nd')));
    expect(String(await content('objects/replaced'))).toBe('2nd');
    if (reading) expect(['first version', '2nd']).toContain(String(await buffer(reading)));
  });

  it('copies, and keeps the copies apart', async () => {
    await store.put('uploads/from', chunksOf(Buffer.from('old')));
    expect(await store.copy('uploads/from', 'tmp/to')).toBe(true);
    await store.put('uploads/from', chunksOf(Buffer.from('new')));
    expect(String(await content('tmp/to'))).toBe('old');
    expect(await store.copy('uploads/from', 'tmp/to')).toBe(true);
    expect(await store.copy('uploads/from', 'tmp/to')).toBe(true);
    expect(String(await content('tmp/to'))).toBe('new');
    await store.remove('uploads/from');
    expect(String(await content('tmp/to'))).toBe('new');
    expect(await store.copy('uploads/from', 'tmp/other')).toBe(false);
    await store.remove('tmp/to');
    expect(await keys('tmp/')).toEqual([]);
  });

  it('knows nothing of what is not there', async () => {
    expect(await store.stat('objects/none')).toBeUndefined();
    expect(await store.read('objects/none')).toBeUndefined();
    await store.remove('objects/none');
    expect(await keys('nothing/')).toEqual([]);
  });

  it('lists below a prefix, with the times of writing', async () => {
    const before = Date.now();
    for (const key of ['list/a/1', 'list/a/2', 'list/b/1']) await store.put(key, chunksOf(Buffer.from(key)));
    expect(await keys('list/')).toEqual(['list/a/1', 'list/a/2', 'list/b/1']);
    expect(await keys('list/a/')).toEqual(['list/a/1', 'list/a/2']);
    for await (const { modifiedAt } of store.list('list/')) {
      expect(Math.abs(modifiedAt.getTime() - before)).toBeLessThan(5_000);
    }
  });

  it.each([
    ['short', 10],
    ['long', 300],
  ])('leaves nothing of a %s source that fails', async (_name, count) => {
    const issue = new Error('the client went away');
    async function* failing() {
      for (let index = 0; index < count; index++) yield Buffer.alloc(65_536, index);
      throw issue;
    }
    await expect(store.put('objects/failed', failing())).rejects.toBe(issue);
    expect(await store.stat('objects/failed')).toBeUndefined();
    expect(await keys('tmp/')).toEqual([]);
  });

  it('proves itself and leaves nothing', async () => {
    await store.probe();
    expect(await keys('tmp/')).toEqual([]);
    await store.removeAbandoned(new Date());
  });
});

describe('the filesystem store', () => {
  it('refuses keys that are not ours, and what is no regular file', async () => {
    const root = await mkdtemp(join(tmpdir(), 'japanesestudent-store-'));
    const store = createFilesystemStore(join(root, 'media'));
    await writeFile(join(root, 'secret'), 'secret');
    for (const key of [
      '../secret',
      'objects/../../secret',
      '/etc/passwd',
      'a//b',
      '',
      'a/./b',
      '.hidden',
      'a\0b',
    ]) {
      await expect(store.read(key)).rejects.toThrow(StorageError);
      await expect(store.put(key, chunksOf(Buffer.from('x')))).rejects.toThrow(StorageError);
    }
    await store.put('objects/file', chunksOf(Buffer.from('x')));
    await symlink(join(root, 'secret'), join(root, 'media', 'objects', 'link'));
    await mkdir(join(root, 'media', 'objects', 'folder'));
    expect(await store.stat('objects/link')).toBeUndefined();
    await expect(store.read('objects/link')).rejects.toThrow(StorageError);
    expect(await store.read('objects/folder')).toBeUndefined();
    const modes = await Promise.all(
      ['objects', 'objects/file'].map(async (path) => (await stat(join(root, 'media', path))).mode & 0o777),
    );
    expect(modes).toEqual([0o750, 0o640]);
    await rm(root, { recursive: true });
  });

  it('fails as a store when its root is no directory, and recovers when it is one again', async () => {
    const root = await mkdtemp(join(tmpdir(), 'japanesestudent-store-'));
    const path = join(root, 'media');
    await writeFile(path, 'in the way');
    const store = createFilesystemStore(path);
    await expect(store.probe()).rejects.toThrow(StorageError);
    await expect(store.put('objects/x', chunksOf(Buffer.from('x')))).rejects.toThrow(StorageError);
    await rm(path);
    await store.probe();
    expect((await readdir(path)).sort()).toEqual(['objects', 'tmp', 'uploads']);
    await rm(root, { recursive: true });
  });
});

describe('presigned URLs of S3', () => {
  it('take bytes and give them back with the type and disposition that they fix', async () => {
    const { store, close } = await openS3();
    const put = await store.presignPut?.('uploads/one', 'application/octet-stream', 60);
    const headers = { 'content-type': 'application/octet-stream' };
    const sent = await fetch(put ?? '', { method: 'PUT', headers, body: 'presigned bytes' });
    expect(sent.status).toBe(200);
    const found = await store.read('uploads/one');
    expect(found && String(await buffer(found))).toBe('presigned bytes');
    const read = { contentType: 'audio/ogg', disposition: 'inline', seconds: 300 };
    const get = (await store.presignGet?.('uploads/one', read)) ?? '';
    const got = await fetch(get, { headers: { range: 'bytes=0-8' } });
    expect([got.status, got.headers.get('content-type'), await got.text()]).toEqual([
      206,
      'audio/ogg',
      'presigned',
    ]);
    expect(got.headers.get('content-disposition')).toBe('inline');
    expect(new URL(get).searchParams.get('X-Amz-Expires')).toBe('300');
    expect(new URL(put ?? '').searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host');
    await close();
  });
});
