import { readFile } from 'node:fs/promises';
import type { Role } from '#shared/auth/access-token.ts';
import { startHandlerServer } from '#shared/testing/handler-server.ts';
import type { TestResources } from '#shared/testing/test-resources.ts';
import { soundPath } from '../seed/seed.ts';
import { type Learner, openLearnerHarness } from './learner-harness.ts';

/** An answer with its body read; `json` of a JSON body. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** A request as a test writes it; `body` is sent as JSON, `form` as multipart. */
export interface KanaRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The handlers of the whole product behind a server, with a database and a media store of their own. */
export interface KanaHarness {
  readonly resources: TestResources;
  /** Calls a path below `/api/v6`, or the path of an absolute URL. */
  call(path: string, request?: KanaRequest): Promise<Reply>;
  /** A new account without settings. */
  signIn(role: Role): Promise<Learner>;
  close(): Promise<void>;
}

/** The bytes of a seeded sound, such as `ki`. */
export const soundOf = (name: string): Promise<Buffer> =>
  readFile(soundPath({ consonant: name.slice(0, -1), vowel: name.slice(-1) }));

/** A multipart body with texts and, if given, a file part `audio`. */
export const formOf = (
  texts: Readonly<Record<string, string>>,
  audio?: { readonly bytes: Uint8Array; readonly filename: string },
): FormData => {
  const form = new FormData();
  for (const [name, text] of Object.entries(texts)) form.append(name, text);
  if (audio) form.append('audio', new Blob([new Uint8Array(audio.bytes)]), audio.filename);
  return form;
};

const pathOf = (path: string): string =>
  path.startsWith('http') ? new URL(path).pathname.replace('/api/v6', '') + new URL(path).search : path;

/** Opens a world of its own for a test file; its catalogue is empty. */
export const openKanaHarness = async (environment: NodeJS.ProcessEnv = {}): Promise<KanaHarness> => {
  const world = await openLearnerHarness(environment);
  const { resources } = world;
  const server = await startHandlerServer(resources);
  return {
    resources,
    call: async (path, { method = 'GET', body, form, headers = {} } = {}) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const content = form ?? (body === undefined ? undefined : text);
      const response = await fetch(`${server.url}/api/v6${pathOf(path)}`, {
        method,
        redirect: 'manual',
        headers: { ...json, ...headers },
        ...(content === undefined ? {} : { body: content }),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
      const parsed = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined;
      return { status: response.status, headers: response.headers, bytes, json: parsed };
    },
    signIn: (role) => world.createLearner(undefined, role),
    close: async () => {
      await server.close();
      await world.close();
    },
  };
};
