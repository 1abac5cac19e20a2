import { lookup } from 'node:dns';
import { Agent, request } from 'undici';
import type { Config } from '#shared/config/config.ts';
import { refuseWhileHolding } from '#shared/database/holding.ts';
import type { Context } from '#shared/host/context.ts';
import type { Failure } from '../attempts/rules/failure.ts';
import { readBody } from './answer-body.ts';
import { ADDRESS_REFUSED, guardedLookup, type Resolve } from './guarded-lookup.ts';
import { isPublicAddress } from './rules/public-address.ts';
import { signatureHeaders } from './rules/webhook-headers.ts';
import { parseWebhookUrl, type WebhookTarget } from './rules/webhook-url.ts';

/** One call on behalf of a run. */
export interface WebhookRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly runId: number;
  readonly taskId: number;
  /** Absent in manual runs. */
  readonly dueAt?: Date;
}

/** What came of it; without a failure the call succeeded. */
export interface WebhookResult {
  /** Absent when no answer came. */
  readonly httpStatus?: number;
  /** The beginning of the body of a 2xx answer; absent when empty. */
  readonly response?: string;
  readonly failure?: Failure;
}

/** What a call needs of its process; tests bring their own name resolution. */
export type WebhookContext = Pick<Context, 'config' | 'now'> & { readonly resolve?: Resolve };

const NOT_ALLOWED: Failure = {
  code: 'url_not_allowed',
  detail: 'the host or an address of it is not public',
};
/** 4xx answers after which trying again may help (rule W8). */
const TEMPORARY_4XX: ReadonlySet<number> = new Set([408, 425, 429]);

const headersFor = (
  { trust }: WebhookTarget,
  { id, body, sentAt }: { readonly id: string; readonly body: string; readonly sentAt: Date },
  config: Config,
): Record<string, string> => ({
  'user-agent': 'JapaneseStudent-Tasks',
  'x-task-run-id': id,
  'idempotency-key': id,
  ...(trust === 'internal'
    ? config.API_KEY && { 'x-api-key': config.API_KEY }
    : signatureHeaders({ id, sentAt }, body, config.WEBHOOK_SIGNING_SECRETS)),
});

const bodyFor = ({ method, runId, taskId, dueAt }: WebhookRequest): string =>
  method === 'GET' ? '' : JSON.stringify({ run_id: runId, task_id: taskId, due_at: dueAt?.toISOString() });

const resultOf = (httpStatus: number, body: string): WebhookResult => {
  if (httpStatus >= 200 && httpStatus <= 299) return { httpStatus, ...(body && { response: body }) };
  const isPermanent = httpStatus >= 400 && httpStatus <= 499 && !TEMPORARY_4XX.has(httpStatus);
  return { httpStatus, failure: { code: 'http_error', detail: `${httpStatus} ${body}`, isPermanent } };
};

const failureOf = (error: unknown, timeout: AbortSignal, stop: AbortSignal, config: Config): Failure => {
  if (stop.aborted) return { code: 'interrupted', detail: 'the worker was told to stop' };
  if (timeout.aborted) {
    return { code: 'webhook_timeout', detail: `no answer within ${config.WEBHOOK_TIMEOUT_MS} ms` };
  }
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  return code === ADDRESS_REFUSED
    ? NOT_ALLOWED
    : { code: 'webhook_unreachable', detail: code ?? message ?? 'the connection failed' };
};

/**
 * Calls a webhook once by rules W1 to W8. Never throws; `stop` ends the call early with a failure `interrupted`,
 * unless the answer's status has arrived.
 */
export const callWebhook = async (
  webhook: WebhookRequest,
  { config, now, resolve = lookup }: WebhookContext,
  stop: AbortSignal,
): Promise<WebhookResult> => {
  refuseWhileHolding('a webhook');
  const target = parseWebhookUrl(webhook.url, config);
  if (!target) return { failure: NOT_ALLOWED };
  const body = bodyFor(webhook);
  const headers = headersFor(target, { id: `run-${webhook.runId}`, body, sentAt: now() }, config);
  if (webhook.method === 'POST') headers['content-type'] = 'application/json';
  const timeout = AbortSignal.timeout(config.WEBHOOK_TIMEOUT_MS);
  const signal = AbortSignal.any([timeout, stop]);
  const accepts = (address: string): boolean =>
    !signal.aborted && (target.trust !== 'foreign' || isPublicAddress(address));
  // One agent a call: no connection outlives its check, and destroying it ends whatever is still under way.
  const agent = new Agent({
    connect: { lookup: guardedLookup(resolve, accepts), timeout: 0 },
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
  const end = (): void => void agent.destroy();
  // The request itself heeds its signal only once it is connected.
  signal.addEventListener('abort', end);
  try {
    const answer = await request(target.url, {
      dispatcher: agent,
      method: webhook.method,
      headers,
      ...(body && { body }),
      signal,
    });
    return resultOf(answer.statusCode, await readBody(answer.body));
  } catch (error) {
    return { failure: failureOf(error, timeout, stop, config) };
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
};
