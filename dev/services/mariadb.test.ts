import { expect, test } from 'vitest';
import { accountStatements } from './mariadb.ts';

const instance = (throwAway: boolean, password: string) => ({
  directory: '/nowhere',
  throwAway,
  account: { user: 'japanesestudent', password, name: 'japanese_student' },
  preferredPort: undefined,
});

test('a durable instance grants its own database only, with the underscore taken literally', () => {
  const statements = accountStatements(instance(false, 'p'));
  expect(statements).toContain("GRANT ALL PRIVILEGES ON `japanese\\_student`.* TO 'japanesestudent'@'%';");
  expect(statements).not.toContain('*.*');
});

test('a throw-away instance lets tests create databases', () => {
  expect(accountStatements(instance(true, 'p'))).toContain('ON *.* TO');
});

test('quotes and backslashes of a password cannot end the literal, and each statement keeps to its line', () => {
  const statements = accountStatements(instance(false, "a'b\\c"));
  expect(statements).toContain("IDENTIFIED BY 'a\\'b\\\\c';");
  expect(
    statements
      .trimEnd()
      .split('\n')
      .every((line) => line.endsWith(';')),
  ).toBe(true);
});
