import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { explain } from '#dev/explain.ts';
import { type Copy, makeCopy } from './copy.ts';
import { makeTinyProject } from './tiny-project.ts';

const probe = mkdtempSync(join(tmpdir(), 'tmpfs-'));
/** Only root may mount a file system of a size of its own. */
const mayMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]).status === 0;
if (mayMount) execFileSync('umount', [probe]);
rmSync(probe, { recursive: true });

const mounted: string[] = [];
const mount = (directory: string, megabytes: number): void => {
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory]);
  mounted.push(directory);
};
afterEach(() => {
  for (const directory of mounted.splice(0)) execFileSync('umount', ['-l', directory]);
});

describe.runIf(mayMount)('on a disk that is almost full', () => {
  let copy: Copy;
  beforeAll(() => {
    copy = makeCopy('space', { withPrograms: false });
  });
  afterAll(() => copy?.remove());

  test('nothing is installed, and one line says how much room is missing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tmpfs-'));
    mount(directory, 30);
    const { code, output } = await makeTinyProject({ root: directory }).run().ended;
    expect(code).toBe(1);
    expect(output).toMatch(
      /^Not enough space in \S+: the dependencies need about 1100 MB, \d+ MB are free\. [^\n]+\n$/,
    );
  });

  test('nothing is downloaded, and one line says how much room is missing', async () => {
    mount(join(copy.root, '.local'), 30);
    const run = copy.run('start');
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(
      /^Starting JapaneseStudent\nNot enough space in \S+: [^\n]+ needs about \d+ MB, \d+ MB are free\. [^\n]+\n$/,
    );
  });

  test('a disk that fills up later is told of, requests are refused with 503, and room mends it', async () => {
    mount(join(copy.root, '.local'), 900);
    const run = copy.run('start', { LOG_LEVEL: 'error' });
    await run.said(/Ctrl-C stops everything/);
    const offset = run.output().length;
    const { apiUrl } = copy.environmentFile();
    const filler = join(copy.root, '.local', 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M']);
    await run.said(/The disk is almost full: \d+ MB are free in /, offset);
    const register = (name: string): Promise<number> =>
      fetch(`${apiUrl}/api/v6/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          email: `${name}@example.com`,
          username: name,
          password: 'correct horse battery',
        }),
      }).then(({ status }) => status);
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push(await register(`full${count}`));
    // Pages that MariaDB has room for in its files still take a row.
    for (const status of statuses) expect([201, 429, 503]).toContain(status);
    rmSync(filler);
    await run.said(/The disk has room again: /, offset);
    await vi.waitFor(async () => expect(await register(`room${Date.now()}`)).toBe(201), {
      timeout: 120_000,
      interval: 1_000,
    });
    run.child.kill('SIGINT');
    await run.ended;
    expect(run.output().slice(offset)).not.toMatch(/^ {4}at /m);
  });
});

test('a full disk is one line wherever it shows', () => {
  let failure: unknown;
  try {
    writeFileSync('/dev/full', 'text');
  } catch (error) {
    failure = error;
  }
  expect(explain(failure)).toMatch(
    /^The disk is full \(ENOSPC[^\n]*\): make room, then run the command again$/,
  );
});
