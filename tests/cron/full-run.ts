/** `npm run test:cron`: every zone, every change of its clock 2026-2030, every oracle pattern. Takes minutes. */
import { parseCron } from '#shared/time/cron.ts';
import { occurrencesBetween } from '#shared/time/occurrences.ts';
import {
  changesOf,
  ORACLE_PATTERNS,
  oracleOccurrences,
  walkMinutes,
} from '#shared/time/testing/cron-oracle.ts';
import { ianaNames } from '#shared/time/time-zones.ts';

const HOUR_MS = 3_600_000;
const FROM = Date.UTC(2026);
const TO = Date.UTC(2031);
/** Around a change the walk covers this much, the comparison a day less at the start, where repeats may hide. */
const REACH_MS = 50 * HOUR_MS;
const BLIND_MS = 24 * HOUR_MS;

const crons = ORACLE_PATTERNS.map((pattern) => {
  const cron = parseCron(pattern);
  if (!cron) throw new Error(`${pattern} does not parse`);
  return { pattern, cron };
});

let comparisons = 0;
let occurrences = 0;
const faults: string[] = [];

const compareAround = (zone: string, instant: number): void => {
  const after = instant - REACH_MS + BLIND_MS;
  const until = instant + REACH_MS - BLIND_MS;
  const minutes = walkMinutes(zone, instant - REACH_MS, instant + REACH_MS);
  for (const { pattern, cron } of crons) {
    const expected = oracleOccurrences(pattern, minutes, after, until);
    const actual = occurrencesBetween(cron, zone, new Date(after), new Date(until)).map(Number);
    comparisons += 1;
    occurrences += expected.length;
    if (expected.join() !== actual.join()) {
      faults.push(`${pattern} ${zone} around ${new Date(instant).toISOString()}`);
    }
  }
};

const startedAt = performance.now();
const zones = ianaNames();
let changes = 0;
for (const [index, zone] of zones.entries()) {
  const found = changesOf(zone, FROM, TO);
  changes += found.length;
  // The turn of each year, too, so that zones without changes are compared as well.
  const turns = [2027, 2029].map((year) => Date.UTC(year));
  for (const instant of [...found, ...turns]) compareAround(zone, instant);
  if (index % 50 === 49) console.log(`${index + 1} of ${zones.length} zones, ${changes} changes`);
}
for (const fault of faults.slice(0, 50)) console.error(`differs: ${fault}`);
console.log(
  `${zones.length} zones, ${changes} changes, ${crons.length} patterns, ${comparisons} comparisons, ` +
    `${occurrences} occurrences, ${faults.length} differences, ${Math.round((performance.now() - startedAt) / 1_000)} s`,
);
process.exitCode = faults.length > 0 || changes === 0 ? 1 : 0;
