/**
 * `npm run bench:hashing`: how long requests wait for the event loop of the API process while 20 logins run side
 * by side, beside the same without logins. On a busy machine the kernel takes the processor away, too, so what
 * counts is how long the thread itself worked without a pause; the wall clock is printed with it.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createAccounts, PASSWORD } from './bench-accounts.ts';
import { withApi } from './benched-api.ts';

const LOGINS = 20;
const ROUNDS = 3;
const ALLOWED_MS = 20;
const COST = 12;
const PROBE_MS = 20;
/** The probe writes what it has seen twice a second. */
const FLUSH_MS = 700;

interface Wait {
  readonly at: number;
  readonly lateMs: number;
  readonly ownMs: number;
}

const readWaits = async (report: string): Promise<Wait[]> => {
  const text = await readFile(report, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [at = 0, lateMs = 0, usedMs = 0] = line.split(' ').map(Number);
      return { at, lateMs, ownMs: Math.min(lateMs, usedMs) };
    });
};

const logIn = async (url: string, index: number): Promise<void> => {
  const answer = await fetch(`${url}/api/v6/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: `active${index}`, password: PASSWORD }),
  });
  await answer.text();
  if (answer.status !== 200) throw new Error(`a login answered ${answer.status}`);
};

/** Asks for /health over and over while the work is under way; returns its latencies. */
const healthDuring = async (url: string, work: Promise<unknown>): Promise<number[]> => {
  const latencies: number[] = [];
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const begun = performance.now();
    await (await fetch(`${url}/health`)).text();
    latencies.push(performance.now() - begun);
    await sleep(PROBE_MS);
  }
  await ended;
  return latencies.sort((a, b) => a - b);
};

const directory = await mkdtemp(join(tmpdir(), 'japanesestudent-loop-'));
const report = join(directory, 'waits');
const probe = pathToFileURL(join(import.meta.dirname, 'loop-probe.ts'));
probe.search = encodeURIComponent(report);

const variables = {
  NODE_OPTIONS: `--import=${probe.href}`,
  PASSWORD_BCRYPT_COST: String(COST),
  AUTH_THROTTLE: 'off',
};

try {
  await withApi({ watch: false, variables }, async ({ server, db }) => {
    await createAccounts(db, COST, { active: LOGINS });
    const phase = async (name: string, work: () => Promise<unknown>): Promise<number> => {
      const from = Date.now();
      const latencies = await healthDuring(server.url, work());
      const until = Date.now();
      await sleep(FLUSH_MS);
      const waits = (await readWaits(report)).filter(({ at }) => at >= from && at <= until);
      const longestOwn = Math.max(0, ...waits.map(({ ownMs }) => ownMs));
      const longest = Math.max(0, ...waits.map(({ lateMs }) => lateMs));
      const at = (share: number) => (latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(1);
      console.log(
        `${name.padEnd(28)} longest wait ${longestOwn.toFixed(1)} ms by the process itself, ${longest.toFixed(1)} ms by the clock; /health p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${until - from} ms)`,
      );
      return longestOwn;
    };
    const together = () =>
      Promise.all(Array.from({ length: LOGINS }, (_, index) => logIn(server.url, index)));
    await together();
    console.log(`cost ${COST}, load ${loadavg()[0]?.toFixed(1)} before`);
    await phase('nothing but /health', () => sleep(3_000));
    let longest = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      longest = Math.max(longest, await phase(`${LOGINS} logins side by side`, together));
    }
    const seen = (await readWaits(report)).length > 0;
    if (!seen) console.error('the probe reported nothing');
    console.log(`longest wait ${longest.toFixed(1)} ms (allowed: ${ALLOWED_MS})`);
    if (!seen || longest > ALLOWED_MS) process.exitCode = 1;
  });
} finally {
  await rm(directory, { recursive: true, force: true });
}
