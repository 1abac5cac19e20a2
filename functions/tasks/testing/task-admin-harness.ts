import { sql } from 'kysely';
import { useResources } from '#shared/host/resources.ts';
import type { EndpointHandler } from '#shared/http/endpoint.ts';
import { invoke, type TestResponse } from '#shared/testing/invoke.ts';
import { signInAs } from '#shared/testing/signed-in.ts';
import { openTaskHarness, type TaskHarness } from './task-harness.ts';

/** A call as an administrator makes it. */
export interface AdminCall {
  /** Fills `{id}`. */
  readonly id?: number | string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An endpoint bound to its route, called with an administrator's token unless `headers` says otherwise. */
export type AdminEndpoint = (call?: AdminCall) => Promise<TestResponse>;

/** A {@link TaskHarness} whose handlers are bound to it, and an administrator. */
export interface TaskAdminHarness extends TaskHarness {
  /** `route` as in functions.yml, under /api/v6/admin. */
  readonly endpoint: (handler: EndpointHandler, route: string) => AdminEndpoint;
  /** A header with the token of a caller of the given role. */
  readonly tokenOf: (role: 1 | 2 | 3) => Promise<{ authorization: string }>;
  /** Inserts a template and returns its id. */
  readonly createTemplate: (template?: {
    readonly slug?: string;
    readonly subject?: string;
    readonly body?: string;
    readonly sensitive?: boolean;
  }) => Promise<number>;
}

let templates = 0;

/** Opens a world for the tests of administrators' endpoints. */
export const openTaskAdminHarness = async (settings: NodeJS.ProcessEnv = {}): Promise<TaskAdminHarness> => {
  const world = await openTaskHarness(settings);
  const unbind = useResources(world.resources);
  const tokenOf: TaskAdminHarness['tokenOf'] = async (role) =>
    (await signInAs(world.resources, role)).headers;
  const admin = await tokenOf(3);
  return {
    ...world,
    tokenOf,
    endpoint: (handler, route) => {
      const [method = '', template = ''] = route.split(' ');
      return ({ id, query = '', body, headers = admin } = {}) => {
        const path = `/api/v6/admin${template.replace('{id}', String(id))}`;
        const pathParameters: Record<string, string> = id === undefined ? {} : { id: String(id) };
        return invoke(handler, { method, path, query, pathParameters, body, headers });
      };
    },
    createTemplate: async ({ slug, subject = 'S', body = '{{1}}', sensitive = true } = {}) => {
      const { insertId } = await sql`INSERT INTO email_templates
        (slug, subject_template, body_template, is_sensitive, created_at, updated_at)
        VALUES (${slug ?? `t_${++templates}`}, ${subject}, ${body}, ${sensitive}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`.execute(
        world.resources.db,
      );
      return Number(insertId);
    },
    close: async () => {
      unbind();
      await world.close();
    },
  };
};

/** Every refusal that the guard of administrators makes; the call itself would succeed. */
export const refusalsOfStrangers = async (
  world: TaskAdminHarness,
  endpoint: AdminEndpoint,
  call: AdminCall = {},
): Promise<string[]> => {
  const [user, tutor] = [await world.tokenOf(1), await world.tokenOf(2)];
  const strangers = [{}, { authorization: 'Bearer bad' }, user, tutor];
  const answers = await Promise.all(strangers.map((headers) => endpoint({ ...call, headers })));
  return answers.map(({ status, json }) => `${status} ${json?.code}`);
};

/** What {@link refusalsOfStrangers} gives for an endpoint of administrators. */
export const STRANGERS_REFUSED = [
  '401 unauthenticated',
  '401 invalid_token',
  '403 forbidden',
  '403 forbidden',
];
