/** `npm run bench:reload [-- <saves> <pause ms>]`: how soon saves are served, and whether anything piles up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { answering, copyCheckout, handlerPath } from '../checkout.ts';
import { type BenchedApi, childrenOf, useOf, withApi } from './benched-api.ts';

const REQUIRED_MS = 2_000;
const POLL_MS = 10;
/** After this long, workers that were replaced have gone and the spare one has loaded. */
const QUIET_MS = 3_000;
const [saves = 100, pauseMs = 1_500] = process.argv.slice(2).map(Number);

const answer = async (url: string): Promise<string> => (await fetch(`${url}/probe`)).text();

/** Milliseconds from the save to the first answer of the new code. */
const timeSave = async (url: string, save: () => Promise<void>, expected: string): Promise<number> => {
  const begun = performance.now();
  await save();
  while ((await answer(url)) !== expected) await sleep(POLL_MS);
  return performance.now() - begun;
};

/** Resident memory means little while garbage waits to be collected. */
const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

const report = async (moment: string, { server, databaseConnections }: BenchedApi): Promise<void> => {
  await fetch(`${server.url}/ready`);
  collectGarbage();
  const heapMiB = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
  const supervisor = useOf(process.pid);
  const worker = useOf(server.pid());
  console.log(
    [
      `${moment}:`,
      `supervisor ${supervisor.residentMiB} MiB (heap ${heapMiB} MiB), ${supervisor.openFiles} open files;`,
      `worker ${worker.residentMiB} MiB, ${worker.openFiles} open files;`,
      `${childrenOf(process.pid).length} child processes; ${await databaseConnections()} database connections`,
    ].join(' '),
  );
};

const checkout = await copyCheckout();
try {
  await checkout.addFunction('probe', 'GET /probe', answering("'0'"));
  await withApi({ watch: true, root: checkout.root }, async (api) => {
    await sleep(QUIET_MS);
    await report('before', api);
    const times: number[] = [];
    for (let number = 1; number <= saves; number += 1) {
      const save = () => checkout.save(handlerPath('probe'), answering(`'${number}'`));
      times.push(await timeSave(api.server.url, save, String(number)));
      await sleep(pauseMs);
      if (number !== Math.ceil(saves / 2) && number !== saves) continue;
      await sleep(QUIET_MS);
      await report(`after ${number} saves`, api);
    }
    times.sort((one, other) => one - other);
    const [median = 0, longest = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
    console.log(
      `${saves} saves, ${pauseMs} ms apart: served after ${Math.round(median)} ms (p50), ${Math.round(longest)} ms (longest); required: ${REQUIRED_MS} ms`,
    );
    if (longest > REQUIRED_MS) process.exitCode = 1;
  });
} finally {
  await checkout.remove();
}
