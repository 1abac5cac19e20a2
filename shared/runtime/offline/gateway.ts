import type { Server } from 'node:http';
import type { Config } from '../../config/config.ts';
import type { ErrorCode } from '../../errors/error-codes.ts';
import type { Log } from '../../log/log.ts';
import { refuse } from './refusal.ts';

/** The parts of a hapi request that the gateway touches. */
interface GatewayRequest {
  readonly app: { origin?: string | undefined };
  readonly headers: Record<string, string | undefined>;
  mime: string | null;
  readonly path: string;
  readonly raw: { readonly req: { readonly url?: string } };
  setUrl(url: string): void;
  readonly response: GatewayResponse | GatewayFault;
}

interface GatewayResponse {
  readonly isBoom?: undefined;
  readonly headers: Record<string, unknown>;
  readonly source: unknown;
  charset(name: string): GatewayResponse;
  code(status: number): GatewayResponse;
  header(name: string, value: string): GatewayResponse;
}

interface GatewayFault extends Error {
  readonly isBoom: true;
  readonly output: { readonly statusCode: number };
}

interface GatewayToolkit {
  readonly continue: symbol;
  response(body: string): GatewayResponse;
}

type Extension = (request: GatewayRequest, toolkit: GatewayToolkit) => unknown;

/** The parts of the hapi server of serverless-offline that this project relies on. */
export interface GatewayServer {
  readonly listener: Server;
  readonly settings: { autoListen: boolean };
  ext(event: 'onRequest' | 'onPreHandler' | 'onPreResponse', extension: Extension): void;
  table(): readonly { readonly settings: { readonly response: { ranges: boolean } } }[];
  start(): Promise<void>;
  stop(options: { timeout: number }): Promise<void>;
}

const JSON_TYPE = /^\s*application\/json\s*(;|$)/i;
const BINARY = 'application/octet-stream';
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
};

const codeOf = (status: number): ErrorCode =>
  CODE_OF_STATUS[status] ?? (status < 500 ? 'malformed_request' : 'internal_error');

/** Hides from serverless-offline and hapi what they would act on, and the function should see as it came. */
const hideFromGateway: Extension = (request, { continue: next }) => {
  const { app, headers, raw } = request;
  // With an origin the plugin would write CORS headers of its own, credentials for everyone among them.
  app.origin = headers['origin'];
  delete headers['origin'];
  // JSON travels as text; anything else byte for byte, even if the content type is malformed.
  const type = headers['content-type'];
  if (type !== undefined) headers['content-type'] = JSON_TYPE.test(type) ? 'application/json' : BINARY;
  // serverless-offline has hapi drop a trailing slash; API Gateway does not, and no path of ours has one.
  if (/[^/]\/(\?|$)/.test(raw.req.url ?? '')) request.setUrl(raw.req.url ?? '');
  return next;
};

/** serverless-offline parses JSON, only to lose bodies such as `0` or `null`. */
const leaveBodyAlone: Extension = (request, { continue: next }) => {
  request.mime = BINARY;
  return next;
};

/** What {@link shapeAnswers} needs. */
export interface GatewayOptions {
  readonly config: Config;
  readonly log: Log;
  /** True once the process takes no further requests, so that kept connections end with their answer. */
  readonly isDraining: () => boolean;
}

/** Sends what the functions answer as it is, and what the gateway itself answers in the API's error shape. */
export const shapeAnswers = (server: GatewayServer, options: GatewayOptions): void => {
  const { config, log, isDraining } = options;

  const refusalOf = (
    { app, headers, path }: GatewayRequest,
    fault: GatewayFault,
    toolkit: GatewayToolkit,
  ): GatewayResponse => {
    const code = codeOf(fault.output.statusCode);
    if (code === 'internal_error') log.error({ err: fault, path }, 'the gateway failed');
    const refusal = refuse(code, { requestId: headers['x-request-id'], origin: app.origin }, config);
    const answer = toolkit.response(refusal.body).code(refusal.status);
    for (const [name, value] of Object.entries(refusal.headers)) answer.header(name, value);
    return answer;
  };

  const answerOf = (request: GatewayRequest, toolkit: GatewayToolkit): GatewayResponse => {
    const { response } = request;
    if (response.isBoom) return refusalOf(request, response, toolkit);
    if (response.source === null || response.source === '') delete response.headers['content-type'];
    return response;
  };

  server.ext('onRequest', hideFromGateway);
  server.ext('onPreHandler', leaveBodyAlone);
  server.ext('onPreResponse', (request, toolkit) => {
    const answer = answerOf(request, toolkit).charset('');
    if (isDraining()) answer.header('connection', 'close');
    return answer === request.response ? toolkit.continue : answer;
  });
  // Ranges are the functions' business: hapi would cut any 200.
  for (const { settings } of server.table()) settings.response.ranges = false;
};
