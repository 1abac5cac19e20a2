import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { handlerPlace } from '#shared/host/function-definition.ts';

/** How a bundle is called. */
export interface BundleCall {
  /** What the process may read, beside whatever the environment names for it to write. */
  readonly folder: string;
  /** As in `functions.yml`; without one nothing is called. */
  readonly handler: string;
  readonly event?: unknown;
  /** The whole environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Folders that the process may read and write. */
  readonly data: readonly string[];
}

/** What became of it. */
export interface BundleAnswer {
  /** Processor time of importing the module, in milliseconds: unlike the time of a clock, the same on a busy machine. */
  readonly importMs: number;
  readonly result?: unknown;
  /** Why it could not be imported, or what it threw. */
  readonly fault?: string;
}

const LIMIT_MS = 60_000;
const PARTS = 3_000;
/** A module of 500 KB, for comparison: it takes {@link REFERENCE_MS} to import on a machine at its usual speed. */
export const REFERENCE_MODULE = `${Array.from(
  { length: PARTS },
  (
    _,
    part,
  ) => `const make${part} = (given) => ({ name: 'part ${part}', next: (more) => given * more + ${part} });
export const part${part} = make${part}(${part}).next(${part});`,
).join('\n')}
export const handler = () => undefined;
`;
/** Processor time of importing {@link REFERENCE_MODULE}, in milliseconds, measured on the machine that the budget is meant for. */
export const REFERENCE_MS = 70;

const PROGRAM = `
const [module, exported, event] = process.argv.slice(1);
const tell = (answer) => process.stdout.write('\\n' + JSON.stringify(answer) + '\\n', () => process.exit(0));
const used = (before) => { const { user, system } = process.cpuUsage(before); return (user + system) / 1000; };
const before = process.cpuUsage();
const loaded = await import(module).catch((error) => tell({ importMs: 0, fault: error.stack }));
const importMs = used(before);
try {
  const context = { functionName: 'checked', awsRequestId: 'check', getRemainingTimeInMillis: () => 30000 };
  tell({ importMs, result: event === undefined ? undefined : await loaded[exported](JSON.parse(event), context) });
} catch (error) {
  tell({ importMs, fault: error.stack });
}`;

/** Node as Lambda runs it, which is refused every file outside the bundle's folder and the data's. */
const flags = (folder: string, data: readonly string[]): string[] => [
  '--no-experimental-require-module',
  '--no-experimental-detect-module',
  '--permission',
  `--allow-fs-read=${folder}/*`,
  ...data.flatMap((each) => [`--allow-fs-read=${each}/*`, `--allow-fs-write=${each}/*`]),
  '--input-type=module',
];

/** Imports a bundle in a process of its own and calls it, if there is an event. */
export const callBundle = async (call: BundleCall): Promise<BundleAnswer> => {
  const { handler, event, environment, data } = call;
  const folder = realpathSync(call.folder);
  const { path, exportName } = handlerPlace(handler);
  const given = event === undefined ? [] : [JSON.stringify(event)];
  const program = [
    ...flags(folder, data),
    '-e',
    PROGRAM,
    join(folder, path.replace(/\.ts$/, '.mjs')),
    exportName,
    ...given,
  ];
  const child = spawn(process.execPath, program, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (last.startsWith('{"importMs"')) return JSON.parse(last) as BundleAnswer;
  return { importMs: 0, fault: stderr.trim() || 'no answer in time' };
};
