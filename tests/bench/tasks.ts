/**
 * `npm run bench:tasks [-- tasks]`: durable immediate tasks a second, their pick-up, the tick over a million
 * scheduled tasks, and the same number of bare BullMQ jobs. Everything runs on this machine: MariaDB (flushed at
 * every commit), Redis, the mail server, two worker processes and this one, which stands for the API.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { benchBareJobs } from './tasks/bare-jobs.ts';
import { openBenchWorld } from './tasks/bench-harness.ts';
import { benchImmediate } from './tasks/immediate.ts';
import { benchTick } from './tasks/million-tasks.ts';

const count = Number(process.argv[2] ?? 20_000);
const SCHEDULED = 1_000_000;
const DUE = 10_000;

const print = (what: string, value: string): void => console.log(`${what.padEnd(58)} ${value}`);
const rounded = (value: number): string => Math.round(value).toLocaleString('en');

console.log(`${availableParallelism()} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} before`);
const world = await openBenchWorld();
let isSound = true;
try {
  const immediate = await benchImmediate(world, count);
  const bare = await benchBareJobs(world, count);
  print(
    `durable immediate tasks a second (${rounded(count)}, row to Completed)`,
    rounded(immediate.perSecond),
  );
  print('bare BullMQ jobs a second (the same number, no work)', rounded(bare));
  print('bare jobs for one durable task', (bare / immediate.perSecond).toFixed(1));
  print('pick-up at 200 tasks a second, p50', `${rounded(immediate.pickUpP50Ms)} ms`);
  print('pick-up at 200 tasks a second, p95', `${rounded(immediate.pickUpP95Ms)} ms`);
  print('memory of a worker after 1,000 tasks, after all', `${immediate.memory.join(', ')} MiB`);
  const ticked = await benchTick(world, SCHEDULED, DUE);
  print('1,000,000 scheduled tasks loaded in', `${ticked.loadSeconds.toFixed(1)} s`);
  print('tick, 10,000 of them due', `${ticked.dueSeconds.toFixed(2)} s`);
  print('tick, none due', `${ticked.idleSeconds.toFixed(2)} s`);
  print('growth of memory over the tick', `${rounded(ticked.memoryMb)} MiB`);
  isSound = immediate.surplusMails === 0 && ticked.runs === DUE && ticked.jobs === DUE;
  if (!isSound) console.error('the counts are wrong:', immediate.surplusMails, ticked.runs, ticked.jobs);
} finally {
  await world.stop();
}
process.exit(isSound ? 0 : 1);
