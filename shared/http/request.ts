import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type ValuesByName, valuesByName } from '../text/names.ts';
import { rawBodyOf } from './body/raw-body.ts';
import { parseCookies } from './cookies.ts';

/** The parts of an API Gateway v2 event that we use, alike on every platform. */
export interface HttpRequest {
  readonly method: string;
  /** Not decoded, without the query. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Route of the routing table that matched, such as `GET /api/v6/profile`; never what the caller typed. */
  readonly routeKey: string;
  readonly pathParameters: ValuesByName<string>;
  /** Names in lower case. */
  readonly headers: ValuesByName<string>;
  readonly cookies: ValuesByName<string>;
  readonly body: Buffer;
  /** Address of the socket; see client-address.ts for the client's. */
  readonly peer: string;
}

const EMPTY = Buffer.alloc(0);

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/** Blanks around a header are no part of its value (RFC 9110, 5.5); not every platform takes them off. */
const withoutBlanks = (value: string): string => {
  let start = 0;
  let end = value.length;
  while (isBlank(value[start])) start += 1;
  while (end > start && isBlank(value[end - 1])) end -= 1;
  return value.slice(start, end);
};

/** Reads the event; headers that arrive in odd letter case, as undefined or among blanks are put right. */
export const readRequest = (event: APIGatewayProxyEventV2): HttpRequest => {
  const headers = valuesByName(
    definedEntries(event.headers).map(([name, value]) => [name.toLowerCase(), withoutBlanks(value)] as const),
  );
  // API Gateway moves cookies out of the headers, our own host leaves them there as well.
  const cookieHeader = headers['cookie'] ?? event.cookies?.join('; ') ?? '';
  return {
    method: event.requestContext.http.method.toUpperCase(),
    rawPath: event.rawPath,
    rawQuery: event.rawQueryString ?? '',
    routeKey: event.routeKey,
    pathParameters: valuesByName(definedEntries(event.pathParameters)),
    headers,
    cookies: parseCookies(cookieHeader),
    body: rawBodyOf(event) ?? decodeBody(event),
    peer: event.requestContext.http.sourceIp ?? '',
  };
};

const decodeBody = ({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer =>
  body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : EMPTY;

const definedEntries = (values: Record<string, string | undefined> | null | undefined) =>
  Object.entries(values ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
