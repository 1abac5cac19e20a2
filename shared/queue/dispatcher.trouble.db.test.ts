import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../log/log.ts';
import { redisUrl } from '../redis/redis.ts';
import { startDispatcher } from './dispatcher.ts';
import { ALL_DONE, config, idsOf, ONCE, openTestQueue, type TestQueue } from './testing/test-queue.ts';

let jobs: TestQueue;
beforeEach(() => {
  jobs = openTestQueue();
});
afterEach(() => jobs.close());

describe('trouble', () => {
  const killed: ChildProcess[] = [];
  afterEach(() => {
    for (const child of killed) child.kill('SIGKILL');
  });

  test('a job whose worker was killed is run again', async () => {
    await jobs.addJobs(1);
    const source = `
      import { startDispatcher } from ${JSON.stringify(new URL('./dispatcher.ts', import.meta.url).href)};
      import { createLog } from ${JSON.stringify(new URL('../log/log.ts', import.meta.url).href)};
      startDispatcher({ redisUrl: ${JSON.stringify(redisUrl(config))}, prefix: ${JSON.stringify(jobs.prefix)}, log: createLog('silent'),
        lockDurationMs: 500, stalledIntervalMs: 200,
        bindings: [{ queue: ${JSON.stringify(jobs.queue.name)}, batchSize: 1, concurrency: 1, maximumBatchingWindowMs: 0,
          invoke: async () => { console.log('taken'); await new Promise(() => setInterval(() => 0, 1000)); } }] });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source]);
    killed.push(child);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const taken: string[] = [];
    jobs.start(async (event) => {
      taken.push(...idsOf(event));
      return ALL_DONE;
    });
    await jobs.untilEmpty();
    expect(taken).toEqual(['task-1']);
  });

  test('starting and closing without Redis neither throws nor hangs, and one line is logged', async () => {
    const lines: string[] = [];
    const log = createLog('warn', { write: (line) => lines.push(line) });
    const binding = { queue: 'q', batchSize: 1, concurrency: 1, maximumBatchingWindowMs: 0 };
    const offline = startDispatcher({
      bindings: [{ ...binding, invoke: async () => ALL_DONE }],
      redisUrl: 'redis://127.0.0.1:1/0',
      prefix: jobs.prefix,
      log,
    });
    await sleep(400);
    const begun = performance.now();
    await offline.close();
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('redis');
  });

  test('work resumes when Redis is back after it was unavailable', async () => {
    const open = new Set<Socket>();
    const proxy = createServer((client) => {
      const server = connect(config.REDIS_PORT, config.REDIS_HOST);
      for (const socket of [client, server]) {
        open.add(socket);
        socket.on('error', () => undefined).once('close', () => [client, server].map((one) => one.destroy()));
      }
      client.pipe(server).pipe(client);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const taken: string[] = [];
    const dispatcher = jobs.start(
      async (event) => {
        taken.push(...idsOf(event));
        return ALL_DONE;
      },
      {},
      redisUrl({ ...config, REDIS_HOST: '127.0.0.1', REDIS_PORT: port }),
    );
    await jobs.addJobs(1);
    await jobs.untilEmpty();
    proxy.close();
    for (const socket of open) socket.destroy();
    // Redis must have seen it too, or it would wake a worker that is gone (which costs 5 s, not the job).
    await sleep(200);
    await jobs.queue.add('work', {}, { ...ONCE, jobId: 'meanwhile' });
    await sleep(200);
    proxy.listen(port, '127.0.0.1');
    await jobs.untilEmpty();
    expect(taken).toEqual(['task-1', 'meanwhile']);
    await dispatcher.close();
    proxy.close();
  });
});
