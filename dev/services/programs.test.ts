import { expect, test } from 'vitest';
import { parseMariadbVersion } from './mariadb-program.ts';
import { isAtLeast } from './programs.ts';
import { parseRedisVersion } from './redis.ts';

test.each([
  ['mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', '10.11.19'],
  ['mariadbd from 11.8.2-MariaDB, client 15.2', '11.8.2'],
  ['mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server)', undefined],
  ['error while loading shared libraries: libaio.so.1', undefined],
])('MariaDB version of %j is %s', (output, version) => {
  expect(parseMariadbVersion(output)).toBe(version);
});

test.each([
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
  ['Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '8.1.1'],
  ['command not found', undefined],
])('Redis version of %j is %s', (output, version) => {
  expect(parseRedisVersion(output)).toBe(version);
});

test.each([
  ['10.11.0', 10, 11, true],
  ['10.6.18', 10, 11, false],
  ['11.4.2', 10, 11, true],
  ['9.12.0', 10, 11, false],
  ['7.0.15', 7, 0, true],
  ['6.2.0', 7, 0, false],
])('%s is at least %d.%d: %s', (version, major, minor, expected) => {
  expect(isAtLeast(version, major, minor)).toBe(expected);
});
