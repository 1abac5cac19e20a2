import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { attachBody } from '../http/body/raw-body.ts';
import { type ValuesByName, valuesByName } from '../text/names.ts';
import type { RequestHeaders } from './request-headers.ts';
import type { RequestTarget } from './request-target.ts';

/** What an event is made of. */
export interface EventParts {
  readonly routeKey: string;
  readonly pathParameters: Record<string, string> | undefined;
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: RequestHeaders;
  readonly httpVersion: string;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly now: Date;
  /** Undefined for none, and for one that the function reads as a stream. */
  readonly body: Buffer | undefined;
}

/** Content types whose bodies API Gateway hands over as text. */
const TEXT = /^\s*(?:text\/|application\/(?:json|javascript|xml)\s*(?:;|$))/i;

/** `12/Mar/2020:19:03:58 +0000` */
const commonLogTime = (now: Date): string => {
  const [, day, month, year, time] = now.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
};

const queryParameters = (rawQuery: string): ValuesByName<string> => {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return valuesByName(values);
};

/** The API Gateway v2 event of a request: the only place that makes one, for every platform that is ours. */
export const buildEvent = (parts: EventParts): APIGatewayProxyEventV2 => {
  const { routeKey, pathParameters, method, target, requestId, now, body } = parts;
  const { headers, cookies } = parts.headers;
  const { rawPath, rawQuery, host } = target;
  const domainName = host.replace(/:[0-9]+$/, '');
  const isText = body !== undefined && TEXT.test(headers['content-type'] ?? '') && isUtf8(body);
  const event: APIGatewayProxyEventV2 = {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: rawQuery,
    ...(cookies ? { cookies: [...cookies] } : {}),
    headers,
    ...(rawQuery === '' ? {} : { queryStringParameters: queryParameters(rawQuery) }),
    ...(pathParameters ? { pathParameters } : {}),
    isBase64Encoded: body !== undefined && !isText,
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${parts.httpVersion}`,
        sourceIp: parts.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
  };
  if (body !== undefined) attachBody(event, body);
  return event;
};
