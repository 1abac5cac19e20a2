/**
 * Loaded into the measured process with `--import <this file>?<report>`: writes a line for every tick that came
 * late, with the time, the lateness and the CPU time that the thread itself had used since the tick before.
 */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const PERIOD_MS = 5;
const REPORTED_MS = 1;
const FLUSH_EVERY_MS = 500;

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const watch = (report: string): void => {
  let lines: string[] = [];
  let due = performance.now() + PERIOD_MS;
  let cpu = cpuMs();
  let flushAt = performance.now() + FLUSH_EVERY_MS;
  const tick = (): void => {
    const now = performance.now();
    const late = now - due;
    const used = cpuMs() - cpu;
    if (late > REPORTED_MS) lines.push(`${Date.now()} ${late.toFixed(2)} ${used.toFixed(2)}\n`);
    if (now >= flushAt && lines.length > 0) {
      appendFileSync(report, lines.join(''));
      lines = [];
      flushAt = performance.now() + FLUSH_EVERY_MS;
    }
    cpu = cpuMs();
    due = performance.now() + PERIOD_MS;
    setTimeout(tick, PERIOD_MS).unref();
  };
  setTimeout(tick, PERIOD_MS).unref();
};

const report = decodeURIComponent(new URL(import.meta.url).search.slice(1));
if (isMainThread && report !== '') watch(report);
