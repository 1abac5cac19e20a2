import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { bearer } from '#functions/auth/testing/admin-test.ts';
import { openAuthHarness } from '#functions/auth/testing/auth-harness.ts';
import { signatureOf } from '#functions/media/files/rules/link.ts';
import { store } from '#functions/media/index.ts';
import { wav } from '#functions/media/testing/samples.ts';
import { loadEndpoint } from '#shared/host/load-functions.ts';
import { guardsOf } from '#shared/http/caller/guards.ts';
import type { DocumentedRoute } from '#shared/openapi/document.ts';
import type { TestResponse } from '#shared/testing/invoke.ts';
import { invoke } from '#shared/testing/invoke.ts';

/** The path and query of a request by name. */
export interface Given {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** A database in which every text parameter has something to find, and calls with all rights. */
export interface ParametersWorld {
  /** A text that finds something, by route and name; `*` is any route. */
  readonly samples: Readonly<Record<string, string>>;
  call(route: DocumentedRoute, given: Given): Promise<TestResponse>;
  /** Checksum of every table. */
  contents(): Promise<Record<string, string>>;
  /** Collations of all columns that hold text. */
  collations(): Promise<string[]>;
  close(): Promise<void>;
}

const SERVICE_KEY = 'local-api-key-worthless';

/** Opens the harness of a test file. */
export const openParametersWorld = async (): Promise<ParametersWorld> => {
  const root = await mkdtemp(join(tmpdir(), 'japanesestudent-parameters-'));
  const auth = await openAuthHarness({ MEDIA_BASE_PATH: root });
  const { db, config } = auth;
  const admin = await auth.createAccount({ role: 3 });
  const newcomer = await auth.createAccount({ state: 'unverified' });
  const authorization = bearer(await auth.logIn(admin));
  const { id: mediaFile } = await store(auth.context(), {
    type: 'character',
    stream: Readable.from([wav(0.1)]),
  });
  const link = await auth.createLink({ userId: newcomer.id, purpose: 'verify', email: newcomer.email });
  const uploadId = '0b0e6b2e-7f0c-4a7e-9a51-6d0a4b7f3c11';
  for (const statement of [
    sql`INSERT INTO characters SET consonant = 'k', vowel = 'i', kana_set = 'basic', hiragana = 'き',
      katakana = 'キ', english_reading = 'ki', russian_reading = 'ки', created_at = UTC_TIMESTAMP(3),
      updated_at = UTC_TIMESTAMP(3)`,
    sql`INSERT INTO scheduled_task_logs SET job_id = 'run-1', attempt = 1, status = 'Failed',
      error = 'http_error: 503', created_at = UTC_TIMESTAMP(3)`,
    sql`INSERT INTO immediate_tasks SET user_id = 0, template_id = NULL, content = '', is_sensitive = 0,
      status = 'Failed', error = 'smtp_error: 451', created_at = UTC_TIMESTAMP(3), updated_at = UTC_TIMESTAMP(3),
      completed_at = UTC_TIMESTAMP(3)`,
    sql`INSERT INTO media_uploads SET id = ${uploadId}, media_type = 'word', size = 1, original_name = 'a',
      by_service = 1, status = 'open', expires_at = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR,
      created_at = UTC_TIMESTAMP(3)`,
  ]) {
    await statement.execute(db);
  }

  let calls = 0;
  const signed = (id: string) => {
    const exp = String(Math.floor(Date.now() / 1_000) + 60);
    return { exp, sig: signatureOf({ purpose: 'media.put', id }, exp, config.MEDIA_URL_SECRET) };
  };
  const credentials = ({ contract: { guard } }: DocumentedRoute): Record<string, string> => {
    const guards = guardsOf({ guard } as never);
    return guards.includes('service') ? { 'x-api-key': SERVICE_KEY } : authorization;
  };

  return {
    samples: {
      'GET /docs/{asset} asset': 'swagger-ui.css',
      'GET /admin/queues/{path+} path': 'api/queues',
      'GET /api/v6/media/{id} id': mediaFile,
      'GET /api/v6/media/{type}/{filename} type': 'character',
      'GET /api/v6/media/{type}/{filename} filename': mediaFile,
      'DELETE /api/v6/media/{type}/{filename} type': 'character',
      'DELETE /api/v6/media/{type}/{filename} filename': mediaFile,
      'POST /api/v6/media/{mediaType} mediaType': 'character',
      'PUT /api/v6/media/uploads/{uploadId} uploadId': uploadId,
      'POST /api/v6/media/uploads/{uploadId}/complete uploadId': uploadId,
      'GET /api/v6/auth/verify-email validToken': link,
      'GET /api/v6/characters/row-column character': 'k',
      'GET /api/v6/admin/users search': admin.username,
      'GET /api/v6/admin/email-templates search': 'register_t',
      'GET /api/v6/admin/immediate-tasks search': 'smtp_error',
      'GET /api/v6/admin/scheduled-task-logs search': 'http_error',
      'GET /api/v6/admin/scheduled-task-logs job_id': 'run-1',
    },
    call: async (route, { path, query }) => {
      calls += 1;
      const { contract } = route;
      const isLink = contract.guard === 'link';
      const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
      return invoke(await loadEndpoint(route), {
        method: route.method,
        path: route.path.replace(/\{(\w+)\+?\}/g, (_, name) => encodeURIComponent(path[name] ?? '')),
        pathParameters: path,
        query: new URLSearchParams({
          ...query,
          ...(isLink ? signed(path['uploadId'] ?? '') : {}),
        }).toString(),
        headers: { ...credentials(route), ...(contract.request?.stream ? multipart : {}) },
        ...(contract.request?.body ? { body: {} } : {}),
        // Limits of an address are not what is looked at.
        address: `10.${calls >> 16}.${(calls >> 8) & 255}.${calls & 255}`,
      });
    },
    contents: async () => {
      const { rows } = await sql<{ name: string }>`SELECT TABLE_NAME AS name FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = DATABASE()`.execute(db);
      const tables = rows.map(({ name }) => name);
      const sums = await sql<{ Table: string; Checksum: number }>`CHECKSUM TABLE ${sql.join(
        tables.map((name) => sql.table(name)),
      )}`.execute(db);
      return Object.fromEntries(sums.rows.map(({ Table, Checksum }) => [Table, String(Checksum)]));
    },
    collations: async () => {
      const { rows } = await sql<{ name: string }>`SELECT DISTINCT COLLATION_NAME AS name
        FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLLATION_NAME IS NOT NULL
        ORDER BY name`.execute(db);
      return rows.map(({ name }) => name);
    },
    close: async () => {
      await auth.close();
      await rm(root, { recursive: true, force: true });
    },
  };
};
