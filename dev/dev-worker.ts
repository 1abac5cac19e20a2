/**
 * Entry of a worker process of the development server. It loads what takes long and never changes while
 * developing, waits for the word, and only then reads the project's own code, through the Serverless CLI.
 */
import { writeSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from '../shared/host/offline/messages.ts';
import { type ConfigSchemaHandler, validateOnce } from './config-validation.ts';

const require = createRequire(import.meta.url);
const TAIL_LENGTH = 4_000;
const STDERR = 2;
/** Files for browsers, and what only another store than the local one loads. */
const NOT_PRELOADED = /^(swagger-ui-dist|@bull-board\/ui|@aws-sdk\/.*)$/;

/** The CLI, serverless-offline, and whatever the project depends on. */
const heavyModules = (): string[] => {
  const { dependencies } = require('../package.json') as { dependencies: Record<string, string> };
  return [
    'serverless/lib/serverless.js',
    'serverless/lib/plugins/index.js',
    'serverless-offline',
    ...Object.keys(dependencies).filter((name) => !NOT_PRELOADED.test(name)),
  ];
};

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

const started = new Promise<string | undefined>((resolve) => {
  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') resolve(message.validConfig);
  });
});

enableCompileCache();
keepTailOfOutput();
// What cannot be loaded is reported by the code that needs it.
for (const name of heavyModules()) await import(name).catch(() => undefined);
const validConfig = await started;
const schemas: { prototype: ConfigSchemaHandler } = require('serverless/lib/classes/config-schema-handler');
validateOnce(schemas.prototype, {
  known: () => validConfig,
  report: (config) => process.send?.({ type: 'valid', config } satisfies FromWorker),
});
// If the CLI gives up, nothing else may keep the process; the plugin takes the channel back once it serves.
process.channel?.unref();
process.argv = [process.execPath, join('node_modules', 'serverless'), 'offline', 'worker'];
require('serverless/bin/serverless.js');
