/**
 * `npm run bench:http`: requests per second of /health and of the kana catalogue with 16 connections, and what the
 * API process then holds.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '#dev/paths.ts';
import { routingTable } from '#shared/http/routing-table.ts';
import { useOf, withApi } from './benched-api.ts';

const REQUIRED_PER_SECOND = 2_000;
/** 400 MB. */
const ALLOWED_MIB = 381;
const ALLOWED_DATABASE_CONNECTIONS = 20;
const CONNECTIONS = '16';
const AUTOCANNON = join(REPOSITORY, 'node_modules', 'autocannon', 'autocannon.js');

interface Load {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

const load = async (url: string, seconds: number, headers: readonly string[] = []): Promise<Load> => {
  const given = headers.flatMap((header) => ['-H', header]);
  const args = [AUTOCANNON, '--json', '-c', CONNECTIONS, '-d', String(seconds), ...given, url];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Load;
};

/** One request to every route; what they answer does not matter, only that every function has run. */
const touchEverything = async (url: string): Promise<number> => {
  const routes = routingTable();
  await Promise.all(
    routes.map(async ({ method, path }) => {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer no' };
      const body = method === 'GET' ? null : '{}';
      const response = await fetch(`${url}${path.replaceAll(/\{[^}]+\}/g, '1')}`, { method, headers, body });
      await response.arrayBuffer();
    }),
  );
  return routes.length;
};

/** The public catalogue: every answer comes from memory, after a look at the database that the requests share. */
const loadCatalogue = async (url: string): Promise<void> => {
  const measure = async (name: string, path: string, headers: readonly string[] = []): Promise<void> => {
    await load(`${url}${path}`, 2, headers);
    const { requests, latency } = await load(`${url}${path}`, 5, headers);
    console.log(
      `GET ${name}: ${Math.round(requests.average)} requests/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms`,
    );
  };
  const etag = (await fetch(`${url}/api/v6/characters`)).headers.get('etag') ?? '';
  await measure('/characters, 104 items', '/api/v6/characters');
  await measure('/characters, answered 304', '/api/v6/characters', [`If-None-Match=${etag}`]);
  await measure('/characters/{id}', '/api/v6/characters/7');
};

await withApi({ watch: false }, async ({ server, databaseConnections }) => {
  await load(`${server.url}/health`, 3);
  const { requests, latency, errors, non2xx } = await load(`${server.url}/health`, 10);
  console.log(
    `GET /health, ${CONNECTIONS} connections: ${Math.round(requests.average)} requests/s (required: ${REQUIRED_PER_SECOND}), p50 ${latency.p50} ms, p99 ${latency.p99} ms, ${errors} errors, ${non2xx} other than 2xx`,
  );
  await loadCatalogue(server.url);
  const touched = await touchEverything(server.url);
  const { residentMiB, openFiles } = useOf(server.pid());
  const connections = await databaseConnections();
  console.log(
    `After a request to each of ${touched} routes: ${residentMiB} MiB resident (allowed: ${ALLOWED_MIB}), ${openFiles} open files, ${connections} database connections (allowed: ${ALLOWED_DATABASE_CONNECTIONS})`,
  );
  const fast = requests.average >= REQUIRED_PER_SECOND && errors + non2xx === 0;
  const small = residentMiB <= ALLOWED_MIB && connections <= ALLOWED_DATABASE_CONNECTIONS;
  if (!fast || !small) process.exitCode = 1;
});
