import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '#shared/auth/access-token.ts';
import type { Context } from '#shared/host/context.ts';
import { useResources } from '#shared/host/resources.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import type { ObjectStore } from '#shared/storage/object-store.ts';
import { type HandlerServer, startHandlerServer } from '#shared/testing/handler-server.ts';
import { startS3Server } from '#shared/testing/s3-server.ts';
import { signInAs } from '#shared/testing/signed-in.ts';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { signatureOf } from '../files/rules/link.ts';
import { removeObject } from '../sweep/removal.ts';
import { sweep } from '../sweep/sweep.ts';

/** Which store a world runs on. */
export type StoreKind = 'filesystem' | 's3';

/** An answer with its body read; `json` of a JSON body. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** The handlers of the whole product behind a streaming server, with a database and a store of their own. */
export interface MediaHarness {
  readonly resources: TestResources;
  readonly store: ObjectStore;
  readonly url: string;
  /** Root of the filesystem store; of nothing on S3. */
  readonly root: string;
  call(path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Reply>;
  /** Uploads directly as the service. */
  upload(type: string, bytes: Buffer, filename?: string, headers?: Record<string, string>): Promise<Reply>;
  /** Starts a two-step upload; as the service unless `authorization` is given. */
  start(body: object, headers?: Record<string, string>): Promise<Reply>;
  /** Sends the bytes of a started upload to where its answer says. */
  sendBytes(started: Reply, bytes: Buffer): Promise<Reply>;
  /** `authorization` headers of a new user. */
  signIn(role: Role): Promise<{ headers: Record<string, string>; userId: number }>;
  /** A download link's query. */
  link(id: string, exp?: number): string;
  /** All keys of the store. */
  keys(): Promise<string[]>;
  /** Runs the sweeper and the removals that are due, at the given time. */
  clean(at?: Date): Promise<void>;
  close(): Promise<void>;
}

/** Headers of the service. */
export const SERVICE = { 'x-api-key': 'local-api-key-worthless' };

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

/** Opens a world of its own for a test file. */
export const openMediaHarness = async (
  kind: StoreKind,
  settings: NodeJS.ProcessEnv = {},
): Promise<MediaHarness> => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-media-'));
  const s3 = kind === 's3' ? await startS3Server() : undefined;
  const resources = await openTestResources({ MEDIA_BASE_PATH: root, ...s3?.environment, ...settings });
  const { config } = resources;
  const unbind = useResources(resources);
  const server: HandlerServer = await startHandlerServer(resources);
  const store = await mediaStore(resources);

  const call: MediaHarness['call'] = async (path, init = {}) => {
    const url = path.startsWith('http') ? path : `${server.url}/api/v6${path}`;
    const response = await fetch(url, { redirect: 'manual', ...init });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const json = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined;
    return { status: response.status, headers: response.headers, bytes, json };
  };

  return {
    resources,
    store,
    url: server.url,
    root,
    call,
    upload: (type, bytes, filename = 'file.bin', headers = {}) =>
      call(`/media/${type}`, {
        method: 'POST',
        headers: { ...SERVICE, ...headers },
        body: formWith(bytes, filename),
      }),
    start: (body, headers = SERVICE) =>
      call('/media/uploads', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    sendBytes: ({ json: { uploadUrl, headers } }, bytes) =>
      call(kind === 's3' ? uploadUrl : pathOf(uploadUrl), {
        method: 'PUT',
        headers,
        body: new Uint8Array(bytes),
      }),
    signIn: (role) => signInAs(resources, role),
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
      const context = resources.context({ now: () => at });
      await sweep(context);
      await removeDue(context);
    },
    close: async () => {
      await server.close();
      unbind();
      await resources.close();
      await s3?.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};

/** Of an absolute URL what {@link MediaHarness.call} takes: the test server has another address than the links. */
export const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return pathname.replace(/^\/api\/v6/, '') + search;
};
