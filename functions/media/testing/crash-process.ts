/**
 * Works on media at random and kills itself at a step that the seed names: before or after any statement or any
 * call to the store. Prints where it died. `node crash-process.ts <seed>`, with the environment of a test.
 */

import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { KyselyPlugin } from 'kysely';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { processResources } from '#shared/host/resources.ts';
import type { Commit, RequestContext } from '#shared/http/request-state.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import type { ObjectStore } from '#shared/storage/object-store.ts';
import { StorageError } from '#shared/storage/storage-error.ts';
import { attach, remove, store as storeMedium } from '../files/media-files.ts';
import { removeObject } from '../sweep/removal.ts';
import { sweep } from '../sweep/sweep.ts';
import { completeUpload, prepareUpload, receiveBytes, startUpload } from '../uploads/uploads.ts';

const CONTENTS = 5;
const LATEST_STEP = 90;
const LATER_MS = 26 * 3_600_000;

/** Mulberry32: a small generator of reproducible numbers in [0, 1). */
const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const random = randomFrom(Number(process.argv[2]));
const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
let left = 1 + Math.floor(random() * LATEST_STEP);
let operation = '';

const step = (name: string): void => {
  left -= 1;
  if (left > 0) return;
  writeSync(1, `${operation} ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
};

const counting: KyselyPlugin = {
  transformQuery: ({ node }) => {
    step('before a statement');
    return node;
  },
  transformResult: async ({ result }) => {
    step('after a statement');
    return result;
  },
};

const fragile = (store: ObjectStore): ObjectStore =>
  new Proxy(store, {
    get: (target, name: keyof ObjectStore) => {
      const member = target[name];
      if (typeof member !== 'function' || name === 'list' || name === 'close') return member;
      return async (...given: unknown[]) => {
        step(`before ${name}`);
        const result = await (member as (...args: unknown[]) => Promise<unknown>)(...given);
        step(`after ${name}`);
        return result;
      };
    },
  });

const resources = await processResources();
const store = fragile(await mediaStore(resources));
const db = resources.db.withPlugin(counting);
const storage = { ...resources.storage, store: async () => store, isUsable: async () => true };
const context = {
  ...resources,
  db,
  storage,
  requestId: 'crash',
  signal: new AbortController().signal,
};

const content = (): Buffer => Buffer.from(`content ${Math.floor(random() * CONTENTS)}`);

const requestWith = (bytes: Buffer): RequestContext =>
  ({
    ...context,
    caller: { kind: 'service' },
    request: { headers: {} },
    bodyStream: () => Readable.from([bytes]),
    commit: ((work) => withTransaction(db, work)) satisfies Commit,
  }) as unknown as RequestContext;

const anyMedium = async () => {
  const rows = await resources.db.selectFrom('media').select(['id', 'attached_at']).execute();
  return {
    all: rows.map(({ id }) => id),
    loose: rows.filter((row) => row.attached_at === null).map(({ id }) => id),
  };
};

const operations: Readonly<Record<string, () => Promise<void>>> = {
  upload: async () => {
    await storeMedium(context, {
      type: 'lesson_doc',
      stream: Readable.from([content()]),
      filename: randomUUID(),
    });
  },
  'two-step upload': async () => {
    const bytes = content();
    const request = requestWith(bytes);
    const plan = { type: 'lesson_doc', filename: 'x', size: bytes.length, sha256: undefined } as const;
    const { upload } = await prepareUpload(request, plan);
    await withTransaction(db, (tx) => startUpload(tx, request, upload));
    await receiveBytes(request, upload.id);
    await completeUpload(request, upload.id);
  },
  attach: async () => {
    const id = pick((await anyMedium()).loose);
    if (id) await withTransaction(db, (tx) => attach(tx, context, id, { type: 'lesson_doc' }));
  },
  remove: async () => {
    const id = pick((await anyMedium()).all);
    if (id) await withTransaction(db, (tx) => remove(tx, context, id));
    const due = await resources.db
      .selectFrom('media_objects')
      .select('sha256')
      .where('ref_count', '=', 0)
      .execute();
    for (const { sha256 } of due) await removeObject(context, sha256);
  },
  sweep: () => sweep({ ...context, now: () => new Date(Date.now() + (random() < 0.5 ? 0 : LATER_MS)) }),
};

for (;;) {
  operation = pick(['upload', 'upload', 'two-step upload', 'attach', 'attach', 'remove', 'sweep']) ?? '';
  await operations[operation]?.().catch((error: unknown) => {
    // Another process was faster, or its sweeper from the future took temporary data away; nothing else may happen.
    if (!(error instanceof AppError || error instanceof StorageError)) throw error;
  });
}
