import { createHash, createHmac } from 'node:crypto';
import { type Generated, sql } from 'kysely';
import type { Config } from '../config/config.ts';
import type { Database, Queryable, Transaction } from '../database/database.ts';
import { commitOn, withConnection } from '../database/transaction.ts';
import { AppError, invalid } from '../errors/app-error.ts';
import type { ValuesByName } from '../text/names.ts';
import type { Identity } from './caller/caller.ts';
import type { AnyResponse, UploadedFile } from './contract.ts';
import type { HttpRequest } from './request.ts';

interface IdempotencyRecords {
  id: Generated<number>;
  caller: string;
  idempotency_key: string;
  payload_hash: Buffer;
  status: number;
  headers: string;
  body: string;
  created_at: Date;
}

declare module '../database/tables.ts' {
  interface Tables {
    idempotency_records: IdempotencyRecords;
  }
}

/** How long a key is remembered, in hours. */
const IDEMPOTENCY_HOURS = 24;

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** The request's key, or undefined. @throws AppError `validation_failed` for one that is not printable ASCII */
export const idempotencyKey = (request: HttpRequest): string | undefined => {
  const key = request.headers['idempotency-key'];
  if (key === undefined || PRINTABLE.test(key)) return key;
  const message = 'must be 1 to 255 printable ASCII characters';
  throw invalid({ field: 'Idempotency-Key', message, code: 'invalid_format' });
};

const userScope = (userId: number): string => `user:${userId}`;

/** The caller that a key belongs to; on public routes the client address. */
export const idempotencyCaller = ({ caller, address }: Pick<Identity, 'caller' | 'address'>): string => {
  if (caller.kind === 'user') return userScope(caller.userId);
  return caller.kind === 'service' ? 'service' : `address:${address}`;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
};

/**
 * Keyed hash of what a request asks for: method, path, query and the value of the body, never its framing.
 * Keyed, so that a stored hash does not let anybody guess the password in a registration.
 */
export const payloadHash = (
  request: HttpRequest,
  body: { value: unknown; files: ValuesByName<UploadedFile> },
  config: Pick<Config, 'JWT_SECRET'>,
): Buffer => {
  const files = Object.entries(body.files).map(([name, file]) => [name, file.filename, file.sha256]);
  const payload = [request.method, request.rawPath, request.rawQuery, sorted(body.value), files.sort()];
  const key = createHash('sha256').update(`idempotency:${config.JWT_SECRET}`).digest();
  return createHmac('sha256', key).update(JSON.stringify(payload)).digest();
};

/** What is looked up and stored. */
export interface IdempotencyRequest {
  readonly caller: string;
  readonly key: string;
  readonly payloadHash: Buffer;
}

/**
 * The stored answer to this request, if there is one. Asked for before anything else is done for a request.
 * @throws AppError `idempotency_key_reused` for another payload
 */
export const findAnswer = async (
  db: Queryable,
  { caller, key, payloadHash }: IdempotencyRequest,
): Promise<AnyResponse | undefined> => {
  const row = await db
    .selectFrom('idempotency_records')
    .select(['payload_hash', 'status', 'headers', 'body'])
    .where('caller', '=', caller)
    .where('idempotency_key', '=', key)
    .where('created_at', '>', sql<Date>`UTC_TIMESTAMP(3) - INTERVAL ${sql.lit(IDEMPOTENCY_HOURS)} HOUR`)
    .executeTakeFirst();
  if (!row) return undefined;
  if (!row.payload_hash.equals(payloadHash)) throw new AppError('idempotency_key_reused');
  return {
    status: row.status,
    headers: JSON.parse(row.headers) as Record<string, string>,
    ...(row.body === '' ? {} : { body: JSON.parse(row.body) as unknown }),
  };
};

const store = async (
  transaction: Transaction,
  request: IdempotencyRequest,
  answer: AnyResponse,
): Promise<void> => {
  const record = {
    payload_hash: request.payloadHash,
    status: answer.status,
    headers: JSON.stringify(answer.headers ?? {}),
    body: answer.body === undefined ? '' : JSON.stringify(answer.body),
    created_at: sql<Date>`UTC_TIMESTAMP(3)`,
  };
  await transaction
    .insertInto('idempotency_records')
    .values({ caller: request.caller, idempotency_key: request.key, ...record })
    .onDuplicateKeyUpdate(record)
    .execute();
};

const stillRunning = () =>
  new AppError('conflict', { message: 'A request with this Idempotency-Key is still running.' });

/**
 * Commits the effect of a request once for its key, with its answer in the same transaction, so both exist or
 * neither; whoever comes second gets the answer of the first. A lock of the connection's session claims the key:
 * it goes when the process dies, unlike a row.
 * @throws AppError `idempotency_key_reused`, `conflict` while the first call is still running
 */
export const commitOnce = async (
  db: Database,
  request: IdempotencyRequest,
  perform: (transaction: Transaction) => Promise<AnyResponse>,
): Promise<AnyResponse> => {
  const digest = createHash('sha256').update(`${request.caller}\n${request.key}`).digest('base64url');
  const name = sql`CONCAT(DATABASE(), '.', ${digest})`;
  const { result, announce } = await withConnection(db, async (connection) => {
    const { rows } = await sql<{ got: number }>`SELECT GET_LOCK(${name}, 0) AS got`.execute(connection);
    if (rows[0]?.got !== 1) throw stillRunning();
    try {
      const known = await findAnswer(connection, request);
      if (known) return { result: known, announce: async () => undefined };
      return await commitOn(connection, async (transaction) => {
        const answer = await perform(transaction);
        if (answer.status >= 200 && answer.status < 300) await store(transaction, request, answer);
        return answer;
      });
    } finally {
      await sql`SELECT RELEASE_LOCK(${name})`.execute(connection).catch(() => undefined);
    }
  });
  await announce();
  return result;
};

/** Forgets keys that are older than {@link IDEMPOTENCY_HOURS}; returns how many of at most `limit`. */
export const forgetOldKeys = async (db: Database, limit: number): Promise<number> => {
  const result = await db
    .deleteFrom('idempotency_records')
    .where('created_at', '<=', sql<Date>`UTC_TIMESTAMP(3) - INTERVAL ${sql.lit(IDEMPOTENCY_HOURS)} HOUR`)
    .orderBy('created_at')
    .limit(limit)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
};

/** Forgets all keys of a user, in the transaction that erases the account. */
export const forgetKeysOfUser = async (transaction: Transaction, userId: number): Promise<void> => {
  await transaction.deleteFrom('idempotency_records').where('caller', '=', userScope(userId)).execute();
};
