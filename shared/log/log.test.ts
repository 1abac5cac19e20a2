import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

const linesOf = (write: (log: ReturnType<typeof createLog>) => void): string => {
  let text = '';
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  write(createLog('info', sink));
  return text;
};

describe('the log', () => {
  it('hides secrets at every level it looks at', () => {
    const text = linesOf((log) => {
      log.info(
        { password: 'hunter2', body: { validToken: 'hunter2' }, a: { b: { content: 'hunter2' } } },
        'x',
      );
      log.info({ headers: { authorization: 'hunter2', cookie: 'hunter2', 'x-api-key': 'hunter2' } }, 'y');
    });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('[redacted]');
  });

  it('says of an error what broke and where, never the values that it quotes', () => {
    const error = Object.assign(new Error("Duplicate entry 'ann@example.com' for key 'uq_users_email'"), {
      code: 'ER_DUP_ENTRY',
      sql: "INSERT … 'ann@example.com'",
    });
    const text = linesOf((log) => log.error({ err: new Error('outer', { cause: error }) }, 'failed'));
    expect(text).not.toContain('ann@example.com');
    expect(text).toContain('ER_DUP_ENTRY');
    expect(text).toContain('log.test.ts');
  });
});
