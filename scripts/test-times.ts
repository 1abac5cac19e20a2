/** `node scripts/test-times.ts report.json`: where the time of a run goes, from the report that vitest's JSON reporter wrote. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly duration?: number | null }[];
  }[];
}

const [path = ''] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report;
const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(1).padStart(8);
const files = testResults.map(({ name, startTime, endTime, assertionResults }) => {
  const tests = assertionResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  return { name: relative('.', name), tests, count: assertionResults.length, whole: endTime - startTime };
});

const groups = new Map<string, { files: number; count: number; tests: number; whole: number }>();
for (const { name, tests, count, whole } of files) {
  const key = name.split('/').slice(0, 2).join('/');
  const group = groups.get(key) ?? { files: 0, count: 0, tests: 0, whole: 0 };
  groups.set(key, {
    files: group.files + 1,
    count: group.count + count,
    tests: group.tests + tests,
    whole: group.whole + whole,
  });
}

console.log('   whole    tests  files  tests');
for (const [key, group] of [...groups].sort(([, a], [, b]) => b.whole - a.whole)) {
  const counts = `${String(group.files).padStart(5)}  ${String(group.count).padStart(5)}`;
  console.log(`${seconds(group.whole)} ${seconds(group.tests)}  ${counts}  ${key}`);
}
console.log('\nThe longest files:');
for (const { name, whole } of files.sort((a, b) => b.whole - a.whole).slice(0, 15)) {
  console.log(`${seconds(whole)}  ${name}`);
}
