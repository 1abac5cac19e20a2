import { withTransaction } from '#shared/database/transaction.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { createEmailTemplate } from '../templates/email-templates.ts';
import { openTaskHarness, type TaskHarness } from './task-harness.ts';

/** A call as an administrator makes it. */
export interface AdminCall {
  /** Fills `{id}`. */
  readonly id?: number | string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An operation called with an administrator's token unless `headers` says otherwise. */
export type AdminEndpoint = (call?: AdminCall) => Promise<TestResponse>;

/** A {@link TaskHarness} with an administrator. */
export interface TaskAdminHarness extends TaskHarness {
  readonly endpoint: (operation: string) => AdminEndpoint;
  /** A header with the token of a caller of the given role. */
  readonly tokenOf: (role: 1 | 2 | 3) => Promise<{ authorization: string }>;
  /** Creates a template and returns its id. */
  readonly createTemplate: (template?: {
    readonly slug?: string;
    readonly subject?: string;
    readonly body?: string;
    readonly sensitive?: boolean;
  }) => Promise<number>;
}

let templates = 0;

/** Opens the harness for the tests of administrators' endpoints. */
export const openTaskAdminHarness = async (settings: NodeJS.ProcessEnv = {}): Promise<TaskAdminHarness> => {
  const world = await openTaskHarness(settings);
  const { call, db, signIn } = world.resources;
  const tokenOf: TaskAdminHarness['tokenOf'] = async (role) => (await signIn(role)).headers;
  const admin = await tokenOf(3);
  return {
    ...world,
    tokenOf,
    endpoint:
      (operation) =>
      ({ id, headers = admin, ...request } = {}) =>
        call(operation, {
          ...request,
          headers,
          ...(id === undefined ? {} : { pathParameters: { id: String(id) } }),
        }),
    createTemplate: ({ slug = `t_${++templates}`, subject = 'S', body = '{{1}}', sensitive = true } = {}) =>
      withTransaction(db, (tx) => createEmailTemplate(tx, { slug, subject, body, sensitive })),
  };
};
