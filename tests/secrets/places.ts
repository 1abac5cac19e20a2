import type { Redis } from 'ioredis';
import { sql } from 'kysely';
import type { Database } from '#shared/database/database.ts';

/** A place where something is kept, with all that it holds as text. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

const cell = (value: unknown): string => {
  if (Buffer.isBuffer(value)) return `${value.toString('utf8')} ${value.toString('latin1')}`;
  return value instanceof Date ? value.toISOString() : String(value ?? '');
};

/** Every column of every table of a database; hashes are there as the bytes that they are. */
export const databasePlaces = async (db: Database): Promise<Place[]> => {
  const { rows: columns } = await sql<{ table: string; column: string }>`
    SELECT table_name AS \`table\`, column_name AS \`column\` FROM information_schema.columns
    WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`.execute(db);
  const places: Place[] = [];
  for (const { table, column } of columns) {
    const { rows } = await sql<{ value: unknown }>`
      SELECT ${sql.ref(column)} AS value FROM ${sql.table(table)}`.execute(db);
    const text = rows.map(({ value }) => cell(value)).join('\n');
    if (text !== '') places.push({ name: `column ${table}.${column}`, text });
  }
  return places;
};

const readKey = async (redis: Redis, key: string): Promise<unknown> => {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return null;
  }
};

/** Every key of a Redis whose name fits the pattern, with its value: marks, counters and the jobs of all queues. */
export const redisPlaces = async (redis: Redis, pattern = '*'): Promise<Place[]> => {
  const places: Place[] = [];
  for await (const keys of redis.scanStream({ match: pattern, count: 1_000 })) {
    for (const key of keys as string[]) {
      places.push({ name: `redis ${key}`, text: `${key} ${JSON.stringify(await readKey(redis, key))}` });
    }
  }
  return places;
};
