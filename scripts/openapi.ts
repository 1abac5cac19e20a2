/**
 * `npm run openapi` writes docs/openapi.json; with `--check` it fails when that file differs from what the
 * contracts and the routing table say, or when it is no valid OpenAPI 3.1, or when Redocly's recommended rules find
 * anything in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createOpenApi, loadContracts } from '#shared/openapi/document.ts';

const FILE = 'docs/openapi.json';
const document = createOpenApi(await loadContracts());
const text = `${JSON.stringify(document, null, 2)}\n`;

const { valid, errors } = await new Validator().validate(JSON.parse(text));
if (!valid) {
  console.error('the document is not valid OpenAPI 3.1:', JSON.stringify(errors, null, 2));
  process.exit(1);
}
const config = await createConfig({ extends: ['recommended'] });
const problems = await lintFromString({ source: text, absoluteRef: FILE, config });
if (problems.length > 0) {
  for (const { message, ruleId, location } of problems) {
    console.error(`${ruleId}: ${message}`, location.map(({ pointer }) => pointer).join(', '));
  }
  process.exit(1);
}
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, text);
  console.log(`${FILE} written`);
} else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is not what the contracts say: run npm run openapi and commit it`);
  process.exit(1);
} else {
  console.log(`${FILE} agrees with ${Object.keys(document.paths ?? {}).length} paths`);
}
