/**
 * `npm run check:client`: generates TypeScript types from docs/openapi.json and compiles tests/client/program.ts
 * against them under the strictest settings, so that a document which clients cannot use is noticed here.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTypes, { astToString } from 'openapi-typescript';

const TYPES = '.local/client/api.ts';

const types = await openapiTypes(pathToFileURL('docs/openapi.json'));
mkdirSync(dirname(TYPES), { recursive: true });
writeFileSync(TYPES, astToString(types));
const compiler = ['node_modules/@typescript/native/bin/tsc', '-p', 'tests/client/tsconfig.json'];
const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' });
if (status !== 0) process.exit(1);
console.log('a TypeScript client compiles against docs/openapi.json');
