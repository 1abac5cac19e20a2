import type { Context } from '#shared/host/context.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import type { ObjectStore } from '#shared/storage/object-store.ts';
import { type Harness, openHarness, SERVICE } from '#shared/testing/harness.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { startS3Server } from '#shared/testing/s3-server.ts';
import { signatureOf } from '../files/rules/link.ts';
import { removeObject } from '../sweep/removal.ts';
import { sweep } from '../sweep/sweep.ts';

/** Which store a world runs on. */
export type StoreKind = 'filesystem' | 's3';

/** The one harness over HTTP, which streams, with what tests of files prepare and look at. */
export interface MediaHarness extends Harness {
  readonly store: ObjectStore;
  readonly url: string;
  /** Uploads directly as the service. */
  upload(
    type: string,
    bytes: Buffer,
    filename?: string,
    headers?: Record<string, string>,
  ): Promise<TestResponse>;
  /** Starts a two-step upload; as the service unless `authorization` is given. */
  start(body: object, headers?: Record<string, string>): Promise<TestResponse>;
  /** Sends the bytes of a started upload to where its answer says. */
  sendBytes(started: TestResponse, bytes: Buffer): Promise<TestResponse>;
  /** A download link's query. */
  link(id: string, exp?: number): string;
  /** All keys of the store. */
  keys(): Promise<string[]>;
  /** Runs the sweeper and the removals that are due, at the given time. */
  clean(at?: Date): Promise<void>;
}

/** A multipart body with one file. */
export const formWith = (bytes: Buffer, filename = 'file.bin', name = 'file'): FormData => {
  const form = new FormData();
  form.append(name, new Blob([new Uint8Array(bytes)]), filename);
  return form;
};

const removeDue = async (context: Context): Promise<void> => {
  const due = await context.db
    .selectFrom('media_objects')
    .select('sha256')
    .where('ref_count', '=', 0)
    .execute();
  for (const { sha256 } of due) await removeObject(context, sha256);
};

/** Opens the harness of a test file. */
export const openMediaHarness = async (
  kind: StoreKind,
  settings: NodeJS.ProcessEnv = {},
): Promise<MediaHarness> => {
  const s3 = kind === 's3' ? await startS3Server() : undefined;
  const harness = await openHarness({ ...s3?.environment, ...settings }, { overHttp: true });
  const { call, config, url = '' } = harness;
  const store = await mediaStore(harness);

  return {
    ...harness,
    store,
    url,
    upload: (type, bytes, filename = 'file.bin', headers = {}) =>
      call(`POST /media/${type}`, { headers: { ...SERVICE, ...headers }, body: formWith(bytes, filename) }),
    start: (body, headers = SERVICE) => call('startUpload', { headers, body }),
    sendBytes: ({ json: { uploadUrl, headers } }, bytes) =>
      call(`PUT ${kind === 's3' ? uploadUrl : pathOf(uploadUrl)}`, { headers, body: bytes }),
    link: (id, exp = Math.floor(Date.now() / 1_000) + 60) =>
      `exp=${exp}&sig=${signatureOf({ purpose: 'media.get', id }, String(exp), config.MEDIA_URL_SECRET)}`,
    keys: async () => {
      const found: string[] = [];
      for (const folder of ['objects/', 'tmp/', 'uploads/']) {
        for await (const { key } of store.list(folder)) found.push(key);
      }
      return found.sort();
    },
    clean: async (at = new Date()) => {
      const context = harness.context({ now: () => at });
      await sweep(context);
      await removeDue(context);
    },
    close: async () => {
      await harness.close();
      await s3?.close();
    },
  };
};

/** Of an absolute URL what {@link MediaHarness.call} takes: the test server has another address than the links. */
export const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return pathname.replace(/^\/api\/v6/, '') + search;
};
