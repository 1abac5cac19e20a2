import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REPOSITORY } from '#dev/paths.ts';
import { testEnvironment } from '#shared/testing/test-resources.ts';

const LISTENING = '0A';

let command: ChildProcess;
let url: string;
beforeAll(async () => {
  const arguments_ = ['node_modules/serverless/bin/serverless.js', 'offline', '--httpPort', '0'];
  command = spawn(process.execPath, arguments_, {
    cwd: REPOSITORY,
    env: {
      ...testEnvironment({ DB_PORT: '1', REDIS_PREFIX: `offline-${process.pid}` }),
      SLS_TELEMETRY_DISABLED: '1',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: command.stdout ?? Readable.from([]) })) {
    const [, address] = /^Serving at (http:\S+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    url = address;
    break;
  }
});
afterAll(() => command.kill('SIGKILL'));

/** Ports on which a process listens. */
const portsOf = (pid: number | undefined): string[] => {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]];
      } catch {
        return [];
      }
    }),
  );
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTENING && inodes.has(fields[9]))
    .map((fields) => String(Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)));
};

it('`serverless offline` serves by our edge alone, and ends gracefully', async () => {
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect(portsOf(command.pid)).toEqual([new URL(url).port]);
  command.stdout?.resume();
  command.kill('SIGTERM');
  expect(await once(command, 'exit')).toEqual([0, null]);
});
