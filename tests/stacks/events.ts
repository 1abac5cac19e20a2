import { randomUUID } from 'node:crypto';
import { buildEvent } from '#shared/host/event.ts';
import type { FunctionDefinition } from '#shared/host/function-definition.ts';
import { isCatchAll, type Route, routesOf } from '#shared/host/http-routes.ts';
import { readHeaders } from '#shared/host/request-headers.ts';
import { scheduledEvent } from '#shared/host/schedule-loop.ts';
import { pathParametersOf } from '#shared/http/route-match.ts';

/** A request as the check makes it. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The API Gateway event of a request that a route takes. */
export const eventOfRequest = (route: Route, { method, path, headers = {}, body }: Request): unknown => {
  const typed: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const all = { host: 'stacks.example', 'user-agent': 'check', ...typed, ...headers };
  return buildEvent({
    routeKey: route.routeKey,
    pathParameters: route.path.includes('{') ? pathParametersOf(route.path, path) : undefined,
    method,
    target: { rawPath: path, rawQuery: '', host: 'stacks.example' },
    headers: readHeaders(Object.entries(all).flat()),
    httpVersion: '1.1',
    sourceIp: '203.0.113.7',
    requestId: randomUUID(),
    now: new Date(),
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
  });
};

/** A job whose identifiers name nothing, so that whoever takes it finds nothing to do. */
const JOB = { id: 999_999, round: 1, attempt: 1, sha256: '0'.repeat(64) };

/** An event for a function that no request calls; undefined for an endpoint. */
export const backgroundEvent = ({ events = [] }: FunctionDefinition): unknown => {
  if (events.some((event) => 'schedule' in event)) return scheduledEvent(new Date());
  if (!events.some((event) => 'bullmq' in event)) return undefined;
  return { Records: [{ messageId: 'check-1', body: JSON.stringify(JOB) }] };
};

/** The route by which a function is called, and an address that it matches. */
export const requestFor = (
  name: string,
  definition: FunctionDefinition,
): { readonly route: Route; readonly request: Request } | undefined => {
  const [route] = routesOf(name, definition);
  if (!route) return undefined;
  const { method, path } = isCatchAll(route) ? { method: 'GET', path: '/nowhere' } : route;
  return { route, request: { method, path: path.replaceAll(/\{[^}]+\}/g, '1') } };
};
