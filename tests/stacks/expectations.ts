import { LOCAL_ACCOUNTS } from '#shared/config/local-accounts.ts';
import type { Request } from './events.ts';

/** A request to a function, and the status that it must be answered with. */
export interface Expectation {
  /** What differs from a plain request of the function's route. */
  readonly request?: Partial<Request>;
  readonly status: number;
}

const ADMIN = LOCAL_ACCOUNTS.find(({ role }) => role === 3);

/** Body of a login as the seeded admin. */
export const CREDENTIALS = { login: ADMIN?.email, password: ADMIN?.password };

/** By function: what reads the routing table, files, the document or a password, and so needs what a bundle brings. */
export const EXPECTATIONS: Readonly<Record<string, readonly Expectation[]>> = {
  health: [{ status: 200 }],
  ready: [{ status: 200 }],
  openapi: [{ status: 200 }],
  docs: [{ status: 200 }],
  'docs-asset': [
    { request: { path: '/docs/swagger-ui-bundle.js' }, status: 200 },
    { request: { path: '/docs/nothing.js' }, status: 404 },
  ],
  fallback: [
    { status: 404 },
    { request: { method: 'OPTIONS', path: '/health' }, status: 204 },
    { request: { method: 'DELETE', path: '/health' }, status: 405 },
  ],
  login: [
    { request: { body: CREDENTIALS }, status: 200 },
    { request: { body: { ...CREDENTIALS, password: 'not the password' } }, status: 401 },
  ],
  register: [
    {
      request: {
        body: { username: 'bundled', email: 'bundled@example.com', password: 'a password of its own' },
      },
      status: 201,
    },
  ],
  'queue-dashboard': [{ status: 200 }],
  'queue-dashboard-part': [
    { request: { path: '/admin/queues/static/favicon.ico' }, status: 200 },
    { request: { path: '/admin/queues/static/nothing.js' }, status: 404 },
    { request: { path: '/admin/queues/api/queues' }, status: 200 },
  ],
};

/** Functions that would carry the AWS SDK by mistake only. */
export const WITHOUT_AWS_SDK = ['health', 'fallback', 'login', 'list-characters', 'task-tick'];
