import { createHash, createHmac } from 'node:crypto';
import { type Generated, sql } from 'kysely';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { withTransaction } from '../database/transaction.ts';
import { AppError, invalid } from '../errors/app-error.ts';
import type { ValuesByName } from '../text/names.ts';
import type { Identity } from './caller.ts';
import type { AnyAnswer, UploadedFile } from './contract.ts';
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

const stored = async (
  db: Database,
  { caller, key, payloadHash }: IdempotencyRequest,
): Promise<AnyAnswer | undefined> => {
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

const store = async (db: Database, request: IdempotencyRequest, answer: AnyAnswer): Promise<void> => {
  const record = {
    payload_hash: request.payloadHash,
    status: answer.status,
    headers: JSON.stringify(answer.headers ?? {}),
    body: answer.body === undefined ? '' : JSON.stringify(answer.body),
    created_at: sql<Date>`UTC_TIMESTAMP(3)`,
  };
  await db
    .insertInto('idempotency_records')
    .values({ caller: request.caller, idempotency_key: request.key, ...record })
    .onDuplicateKeyUpdate(record)
    .execute();
};

/**
 * Performs a request once for its key. The answer is stored in the transaction of the effect, so both exist or
 * neither. A lock of the database session marks the running call: it goes when the process dies, unlike a row.
 * @throws AppError `idempotency_key_reused`, `conflict` while the first call is still running
 */
export const onceForKey = async (
  db: Database,
  request: IdempotencyRequest,
  perform: (transaction: Database) => Promise<AnyAnswer>,
): Promise<AnyAnswer> => {
  const known = await stored(db, request);
  if (known) return known;
  const name = createHash('sha256').update(`${request.caller}\n${request.key}`).digest('base64url');
  return db.connection().execute(async (connection) => {
    const lock = sql<{ got: number }>`SELECT GET_LOCK(CONCAT(DATABASE(), '.', ${name}), 0) AS got`;
    const { rows } = await lock.execute(connection);
    if (rows[0]?.got !== 1) {
      throw new AppError('conflict', { message: 'A request with this Idempotency-Key is still running.' });
    }
    try {
      const finished = await stored(connection, request);
      if (finished) return finished;
      return await withTransaction(connection, async (transaction) => {
        const answer = await perform(transaction);
        if (answer.status >= 200 && answer.status < 300) await store(transaction, request, answer);
        return answer;
      });
    } finally {
      await sql`SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.', ${name}))`
        .execute(connection)
        .catch(() => undefined);
    }
  });
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
export const forgetKeysOfUser = async (transaction: Database, userId: number): Promise<void> => {
  await transaction.deleteFrom('idempotency_records').where('caller', '=', userScope(userId)).execute();
};
