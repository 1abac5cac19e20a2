import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { withTimeout } from '#shared/async/with-timeout.ts';
import { AppError, invalid } from '#shared/errors/app-error.ts';
import type { Queues } from '#shared/queue/queues.ts';
import { ownValue } from '#shared/text/names.ts';
import type { Board } from './queue-board.ts';
import { DASHBOARD_FILES, DASHBOARD_PAGES } from './queue-dashboard.assets.ts';

/** Something below the dashboard's address: a page, a file or an answer of its API. */
export interface DashboardPart {
  readonly contentType: string;
  readonly content: Buffer | string;
}

const ADDRESS = '/admin/queues';

/** Loaded with the first page: the library behind it takes longer to load than the rest of the function. */
const openBoard = async (queues: Queues): Promise<Board> =>
  (await import('./queue-board.ts')).boardOf(queues);

/** The page loads scripts, styles and data from this host alone; it sets inline styles, and highlights in a worker. */
export const DASHBOARD_CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

const FONTS_OF_ANOTHER_HOST = /<link href="https:[^>]*>/g;

/** The dashboard's page, the same for all its addresses. */
export const dashboardPage = async (queues: Queues): Promise<DashboardPart> => {
  const { entry, uiConfig } = await openBoard(queues);
  const { name, params } = entry.handler({ basePath: ADDRESS, uiConfig });
  const values = params as Readonly<Record<string, string>>;
  const template = await readFile(ownValue(DASHBOARD_PAGES, name) ?? name, 'utf8');
  const content = template
    .replace(FONTS_OF_ANOTHER_HOST, '')
    .replace(/<%[=-] *(\w+) *%>/g, (_, key: string) => ownValue(values, key) ?? '');
  return { content, contentType: 'text/html; charset=utf-8' };
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/** The content types that {@link dashboardPart} answers with. */
export const DASHBOARD_TYPES = [...new Set(['text/html', ...Object.values(CONTENT_TYPES)])];

const STATIC = 'static/';

const readFilePart = async (path: string): Promise<DashboardPart> => {
  const contentType = ownValue(CONTENT_TYPES, extname(path));
  const file = ownValue(DASHBOARD_FILES, path.slice(STATIC.length));
  if (file === undefined || contentType === undefined) throw new AppError('not_found');
  return { contentType, content: await readFile(file) };
};

type Parameters = Readonly<Record<string, string>>;

/** The values of `:names` in a route that the path fits, else undefined. */
const match = (route: string, path: string): Parameters | undefined => {
  const [pattern, given] = [route.split('/').slice(1), path.split('/')];
  if (pattern.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of pattern.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) values.set(segment.slice(1), value);
    else if (segment !== value) return undefined;
  }
  return Object.fromEntries(values);
};

const fits = (routes: string | readonly string[], path: string): Parameters | undefined =>
  [routes].flat().reduce<Parameters | undefined>((found, route) => found ?? match(route, path), undefined);

const API_MS = 2_000;
/** Ids of our jobs; a queue's other keys in Redis (`meta`, `events`, `stalled-check`) are named otherwise. */
const JOB_ID = /^[a-z-]{1,20}-[0-9a-f-]{1,64}$/;

const notUnderstood = (name: string): AppError =>
  invalid({ field: name, message: 'cannot be read', code: 'invalid' });

/** What the library makes of a query that it did not expect: a bad escape, a key of another kind. */
const isOfQuery = (error: unknown): boolean =>
  error instanceof URIError || (error instanceof Error && /^(?:WRONGTYPE|ERR) /.test(error.message));

/** Of what may go wrong here all but a strange query is Redis, which does not answer. */
const inTime = async <T>(answer: () => T | Promise<T>): Promise<T> => {
  try {
    const late = () => new Error('redis did not answer in time');
    return await withTimeout(API_MS, (async () => answer())(), late);
  } catch (cause) {
    throw isOfQuery(cause) ? notUnderstood('query') : new AppError('unavailable', { cause });
  }
};

/** Only what the library reads with GET: the dashboard shows, it changes nothing. */
const call = async (
  path: string,
  rawQuery: string,
  { api, queues, uiConfig }: Board,
): Promise<DashboardPart> => {
  for (const { method, route, handler } of api) {
    const params = method === 'get' ? fits(route, path) : undefined;
    if (!params) continue;
    const { jobId } = params;
    if (jobId !== undefined && !JOB_ID.test(jobId)) throw new AppError('not_found');
    const query = Object.fromEntries(new URLSearchParams(rawQuery));
    const { status = 200, body } = await inTime(() =>
      handler({ queues, params, query, body: {}, headers: {}, uiConfig }),
    );
    if (status === 404) throw new AppError('not_found');
    if (status >= 500) throw new AppError('internal_error');
    if (status >= 400) throw notUnderstood('path');
    return { contentType: 'application/json', content: Buffer.from(JSON.stringify(body)) };
  }
  throw new AppError('not_found');
};

/**
 * A file, an answer of the API or a page below the dashboard's address.
 * @throws AppError `not_found`, `unavailable` while Redis is unavailable
 */
export const dashboardPart = async (
  queues: Queues,
  { path, rawQuery }: { readonly path: string; readonly rawQuery: string },
): Promise<DashboardPart> => {
  if (path.startsWith(STATIC)) return readFilePart(path);
  const board = await openBoard(queues);
  if (path.startsWith('api/')) return call(path, rawQuery, board);
  if (!fits(board.entry.route, path)) throw new AppError('not_found');
  return dashboardPage(queues);
};
