import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestResources, type TestResources } from '#shared/testing/test-resources.ts';
import { variablesOf } from '../templates/rules/template.ts';

let resources: TestResources;
beforeAll(async () => {
  resources = await openTestResources();
});
afterAll(() => resources.close());

test('brings the five templates that the product needs', async () => {
  const rows = await resources.db.selectFrom('email_templates').selectAll().orderBy('id').execute();
  const found = rows.map((row) => [
    row.slug,
    variablesOf({ subject: row.subject_template, body: row.body_template }),
    row.is_sensitive === 1,
    row.built_in,
  ]);
  // Those that the product has come to ship since are behind them.
  expect(found.slice(0, 5)).toEqual([
    ['register_template', [1], true, 1],
    ['email_verification', [1], true, 1],
    ['forgot_template', [1], true, 1],
    ['notify_alphabet', [], false, 1],
    ['email_changed_notice', [1], false, 1],
  ]);
});
