import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../auth/access-token.ts';
import { useResources } from '../host/resources.ts';
import { type SignedInUser, signInAs } from './accounts.ts';
import { type HandlerServer, startHandlerServer } from './handler-server.ts';
import type { TestResponse } from './invoke.ts';
import { callOperation, type OperationRequest, targetOf } from './operations.ts';
import { send } from './send.ts';
import { openTestResources, type TestResources } from './test-resources.ts';

/** All endpoints of the product on a database, a Redis prefix and a file store of a test file's own. */
export interface Harness extends TestResources {
  /** Root of the file store. */
  readonly root: string;
  /** Where the endpoints are served; undefined unless over HTTP. */
  readonly url: string | undefined;
  /**
   * Calls an operation of the routing table: `verifyEmail` (with `pathParameters`), or method and path as in
   * `GET /profile`.
   */
  call(operation: string, request?: OperationRequest): Promise<TestResponse>;
  /** A live session of a new account with the role, or of an existing one. */
  signIn(role: Role, existing?: number): Promise<SignedInUser>;
}

/** How a harness is opened. */
export interface HarnessOptions {
  /** Calls go through the HTTP edge on a port, which streams; without it they end in this process. */
  readonly overHttp?: boolean;
}

/** Headers of the service. */
export const SERVICE = { 'x-api-key': 'local-api-key-worthless' };

/** Opens the surroundings of a test file; its handlers are bound to them until they are closed. */
export const openHarness = async (
  environment: NodeJS.ProcessEnv = {},
  { overHttp = false }: HarnessOptions = {},
): Promise<Harness> => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-files-'));
  const resources = await openTestResources({ MEDIA_BASE_PATH: root, ...environment });
  const unbind = useResources(resources);
  const server: HandlerServer | undefined = overHttp ? await startHandlerServer(resources) : undefined;
  const callOver =
    ({ url }: HandlerServer): Harness['call'] =>
    (operation, request = {}) => {
      // Answers name the public address, which is not that of a test.
      const here = operation.replace(` ${resources.config.PUBLIC_BASE_URL}/`, ' /');
      const [, method = '', elsewhere] = /^(\S+) (https?:.*)$/.exec(here) ?? [];
      if (elsewhere !== undefined) return send(elsewhere, { ...request, method });
      const target = targetOf(here, request);
      const { path, query } = target;
      return send(`${url}${path}${query === '' ? '' : `?${query}`}`, { ...request, method: target.method });
    };
  return {
    ...resources,
    root,
    url: server?.url,
    call: server ? callOver(server) : callOperation,
    signIn: (role, existing) => signInAs(resources, role, existing),
    close: async () => {
      await server?.close();
      unbind();
      await resources.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};
