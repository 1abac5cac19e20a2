import { expect, test } from 'vitest';
import { parsePrintedUris, wantedPackages } from './apt-output.ts';

const OUTPUT = `Reading package lists...
'http://deb.debian.org/debian/pool/main/r/redis/redis-server_7.0.15-1%7edeb12u10_amd64.deb' redis-server_5%3a7.0.15-1~deb12u10_amd64.deb 73908 
'http://deb.debian.org/debian/pool/main/m/mysql-defaults/mysql-common_5.8%2b1.1.0_all.deb' mysql-common_5.8+1.1.0_all.deb 6636 MD5Sum:2cf95538
'http://deb.debian.org/debian/pool/main/g/glibc/libc6_2.36-9_amd64.deb' libc6_2.36-9_amd64.deb 2759616 MD5Sum:0
`;

test('reads name, version with epoch, and size; skips other lines', () => {
  expect(parsePrintedUris(OUTPUT)).toEqual([
    { name: 'redis-server', version: '5:7.0.15-1~deb12u10', bytes: 73_908 },
    { name: 'mysql-common', version: '5.8+1.1.0', bytes: 6_636 },
    { name: 'libc6', version: '2.36-9', bytes: 2_759_616 },
  ]);
});

test('leaves the C library of the machine in place', () => {
  const names = wantedPackages(parsePrintedUris(OUTPUT), ['redis-server']).map(({ name }) => name);
  expect(names).toEqual(['redis-server', 'mysql-common']);
});
