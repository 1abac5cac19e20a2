import { expect, test } from 'vitest';
import { gist } from './dev-worker-process.ts';
import { isSource } from './source-watch.ts';

test.each([
  'serverless.yml',
  'domains.json',
  'functions/auth/functions.yml',
  'functions/auth/accounts/rules/password.ts',
  'functions/auth/seed/words.json',
  'shared/http/endpoint.ts',
])('a save of %s is taken over', (path) => {
  expect(isSource(path)).toBe(true);
});

test.each([
  'functions/auth/accounts/rules/password.test.ts',
  'functions/auth/sessions/login.db.test.ts',
  'functions/auth/.login.ts.swp',
  'functions/auth/sessions/login.ts~',
  'dev/dev-server.ts',
  'shared/testing/mail-sink.ts',
  'scripts/start.ts',
  'package.json',
  'functions.ts',
])('a save of %s is not', (path) => {
  expect(isSource(path)).toBe(false);
});

test('the gist of a failure is one line', () => {
  const said = 'Error:\nCannot resolve serverless.yml:\n\n  - Cannot parse "a.yml"\n\n 35 |  broken: [\n';
  expect(gist(said)).toBe('Cannot resolve serverless.yml: - Cannot parse "a.yml"');
});
