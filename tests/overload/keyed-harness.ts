import { type AuthHarness, openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { createLog } from '#shared/log/log.ts';
import { type HandlerServer, startHandlerServer } from '#shared/testing/handler-server.ts';

/** Who calls; the headers that prove it. */
export interface Callers {
  readonly user: Readonly<Record<string, string>>;
  readonly admin: Readonly<Record<string, string>>;
  readonly service: Readonly<Record<string, string>>;
}

/** One answer, read to its end. */
export interface KeyedAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** All endpoints behind a host that streams, with a caller of each kind. */
export interface KeyedHarness extends AuthHarness {
  readonly callers: Callers;
  readonly learnerId: number;
  /** Sends a request; a `body` is JSON, a `form` multipart. `path` is below `/api/v6`. */
  send(method: string, path: string, request?: KeyedRequest): Promise<KeyedAnswer>;
  /** Milliseconds that a read of the profile takes. @throws unless it answers 200 */
  readProfile(): Promise<number>;
}

/** What a test sends. */
export interface KeyedRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly form?: FormData;
  readonly bytes?: Buffer;
}

const API_KEY = 'a service key for tests of overload';

/** Opens the harness of a test file. */
export const openKeyedHarness = async (settings: NodeJS.ProcessEnv = {}): Promise<KeyedHarness> => {
  const world = await openAuthHarness({ API_KEY, AUTH_THROTTLE: 'off', ...settings });
  const learner = await world.createAccount();
  const admin = await world.createAccount({ role: 3 });
  const callers = {
    user: (await world.logIn(learner)).headers,
    admin: (await world.logIn(admin)).headers,
    service: { 'x-api-key': API_KEY },
  };
  const server: HandlerServer = await startHandlerServer({ config: world.config, log: createLog('silent') });
  const send: KeyedHarness['send'] = async (method, path, { headers, body, form, bytes } = {}) => {
    const isJson = body !== undefined;
    const url = path.startsWith('http') ? path : `${server.url}${path === '/ready' ? '' : '/api/v6'}${path}`;
    const response = await fetch(url, {
      method,
      headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
      body: isJson ? JSON.stringify(body) : (form ?? (bytes && new Uint8Array(bytes)) ?? null),
    });
    const text = await response.text();
    const hasJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
    return { status: response.status, json: hasJson ? JSON.parse(text) : undefined };
  };
  return {
    ...world,
    callers,
    learnerId: learner.id,
    send,
    readProfile: async () => {
      const startedAt = performance.now();
      const { status } = await send('GET', '/profile', { headers: callers.user });
      if (status !== 200) throw new Error(`the profile answered ${status}`);
      return performance.now() - startedAt;
    },
    close: async () => {
      await server.close();
      await world.close();
    },
  };
};
