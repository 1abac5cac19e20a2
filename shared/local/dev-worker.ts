/**
 * Entry of a worker process of the development server. It loads what takes long and never changes while
 * developing, waits for the word, and only then reads the project's own code, through the Serverless CLI.
 */
import { writeSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { ToWorker } from '../runtime/offline/messages.ts';

const TAIL_LENGTH = 4_000;
const STDERR = 2;
const HEAVY_PACKAGES = [
  'serverless/lib/serverless.js',
  'serverless/lib/plugins/index.js',
  'serverless-offline',
  'serverless-offline/lambda',
  '@hapi/hapi',
  '@middy/core',
  'bullmq',
  'ioredis',
  'jose',
  'kysely',
  'mysql2',
  'nodemailer',
  'pino',
  'zod',
  'zod-openapi',
];

// Without a supervisor nobody stops this process, or gives it connections.
process.on('disconnect', () => process.exit(1));

/** The CLI draws boxes; they are kept for the case that they explain why it gave up. The log writes past this. */
const keepTailOfOutput = (): void => {
  let tail = '';
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    tail = (tail + String(chunk)).slice(-TAIL_LENGTH);
    const done = rest.find((argument) => typeof argument === 'function');
    if (done) done();
    return true;
  };
  process.on('exit', (code) => {
    if (code !== 0) writeSync(STDERR, tail);
  });
};

const started = new Promise<void>((resolve) => {
  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') resolve();
  });
});

enableCompileCache();
keepTailOfOutput();
const require = createRequire(import.meta.url);
for (const name of HEAVY_PACKAGES) {
  // A package that cannot be loaded is reported by the code that needs it.
  await import(name).catch(() => undefined);
}
await started;
process.argv = [process.execPath, join('node_modules', 'serverless'), 'offline', 'worker'];
require('serverless/bin/serverless.js');
