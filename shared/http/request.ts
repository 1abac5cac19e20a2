import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { parseCookies } from './cookies.ts';
import { rawBodyOf } from './raw-body.ts';

/** The parts of an API Gateway v2 event that we use, alike on every platform. */
export interface HttpRequest {
  readonly method: string;
  /** Not decoded, without the query. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Route of the routing table that matched, such as `GET /api/v6/profile`; never what the caller typed. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Address of the socket; see client-address.ts for the client's. */
  readonly peer: string;
}

const EMPTY = Buffer.alloc(0);

/** Reads the event; headers that arrive in odd letter case or as undefined are put right. */
export const readRequest = (event: APIGatewayProxyEventV2): HttpRequest => {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  // API Gateway moves cookies out of the headers, our own host leaves them there as well.
  const cookieHeader = headers['cookie'] ?? event.cookies?.join('; ') ?? '';
  return {
    method: event.requestContext.http.method.toUpperCase(),
    rawPath: event.rawPath,
    rawQuery: event.rawQueryString ?? '',
    routeKey: event.routeKey,
    pathParameters: definedEntries(event.pathParameters),
    headers,
    cookies: parseCookies(cookieHeader),
    body: rawBodyOf(event) ?? decodeBody(event),
    peer: event.requestContext.http.sourceIp ?? '',
  };
};

const decodeBody = ({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer =>
  body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : EMPTY;

const definedEntries = (values: Record<string, string | undefined> | null | undefined) =>
  Object.fromEntries(
    Object.entries(values ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
