import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { untilPackagesRest } from './dpkg-lock.ts';

let directory = '';
let holder: ChildProcess | undefined;
afterEach(async () => {
  holder?.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

// As dpkg does: a record lock on the whole file, which Node cannot take.
const HOLD = `open(my $file, '+<', $ARGV[0]) or die $!;
  my $lock = pack('s s x4 q q l', F_WRLCK, 0, 0, 0, 0);
  fcntl($file, F_SETLK, $lock) or die $!;
  $| = 1; print 'held'; sleep 60;`;

test("waits for whoever holds dpkg's lock, names it, and goes on", async () => {
  directory = await mkdtemp(join(tmpdir(), 'japanesestudent-dpkg-'));
  const file = join(directory, 'lock');
  await writeFile(file, '');
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  expect(await untilPackagesRest(say, [file])).toBe(false);
  holder = spawn('perl', ['-MFcntl', '-e', HOLD, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  const waiting = untilPackagesRest(say, [join(directory, 'none'), file]);
  await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 5_000 });
  expect(lines[0]).toBe(
    `  … waiting for another package operation (perl, process ${holder.pid}), which holds dpkg's lock (0 s so far)`,
  );
  holder.kill('SIGKILL');
  expect(await waiting).toBe(true);
  expect(lines[1]).toMatch(/^ {2}✓ dpkg is free again \(\d+\.\d s\)$/);
}, 30_000);
