import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type DevServer, startDevServer } from '#dev/dev-server.ts';
import { REPOSITORY } from '#dev/paths.ts';
import { startServices } from '#dev/services/services.ts';
import { loadConfig } from '#shared/config/config.ts';
import { type Database, openDatabase } from '#shared/database/database.ts';
import { migrate } from '#shared/database/migrate.ts';
import { seed } from '#shared/database/seed.ts';
import { declareDomains } from '#shared/declare-domains.ts';

/** The API under serverless-offline on throw-away services. */
export interface BenchedApi {
  readonly server: DevServer;
  /** A connection of the measuring process itself. */
  readonly db: Database;
  /** Connections to the database other than those of the measuring process. */
  databaseConnections(): Promise<number>;
}

/** How the API is started for a measurement. */
interface BenchOptions {
  readonly watch: boolean;
  readonly root?: string;
  /** Variables that the API gets besides. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Starts everything, measures, and leaves nothing behind. */
export const withApi = async (
  { watch, root = REPOSITORY, variables = {} }: BenchOptions,
  measure: (api: BenchedApi) => Promise<void>,
): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-bench-'));
  const progress = (line: string): void => console.log(line);
  const services = await startServices({
    directory,
    durability: 'throw-away',
    environment: process.env,
    progress,
  });
  const environment = {
    ...process.env,
    APP_ENV: 'test',
    LOG_LEVEL: 'warn',
    MEDIA_BASE_PATH: join(directory, 'media'),
    ...services.environment,
  };
  await declareDomains();
  const db = openDatabase({ ...loadConfig(environment), DB_POOL_SIZE: 2 });
  try {
    await migrate(db);
    await seed(db, loadConfig(environment));
    const limits = { RATE_LIMIT_PER_MINUTE: '0', TASK_TICK_SECONDS: '60' };
    const server = await startDevServer({
      port: 0,
      root,
      watch,
      environment: { ...environment, ...limits, ...variables },
      output: 'ignore',
      log: (line) => {
        if (!line.startsWith('Serving')) progress(line);
      },
    });
    try {
      const own = await sql<{ id: number }>`SELECT CONNECTION_ID() AS id`.execute(db);
      await measure({ server, db, databaseConnections: () => countConnections(db, own.rows.length) });
    } finally {
      await server.stop();
    }
  } finally {
    await db.destroy();
    await services.stop();
    await rm(directory, { recursive: true, force: true });
  }
};

const countConnections = async (db: Database, own: number): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    SELECT COUNT(*) AS count FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(CURRENT_USER(), '@', 1)
  `.execute(db);
  return Number(rows[0]?.count ?? 0) - own;
};

/** What the kernel says of a process. */
export interface ProcessUse {
  readonly residentMiB: number;
  readonly openFiles: number;
}

/** Reads /proc, so on Linux alone. */
export const useOf = (pid: number): ProcessUse => {
  const [, kibibytes] = /^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return {
    residentMiB: Math.round(Number(kibibytes) / 1_024),
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
  };
};

/** Processes that this one has started and that still run. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
