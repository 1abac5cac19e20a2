import { expect, test } from 'vitest';
import { classifyMailError } from './mail-error.ts';

const issue = (properties: Record<string, unknown>) => Object.assign(new Error('library text'), properties);

test.each([
  [
    { command: 'RCPT TO', responseCode: 550, response: '550 5.1.1 no such user' },
    'recipient_refused',
    '550 5.1.1 no such user',
  ],
  [
    { command: 'DATA', responseCode: 554, response: '554 5.7.1 spam: http://x/?token=abc' },
    'recipient_refused',
    '554 5.7.1',
  ],
  [{ command: 'DATA', responseCode: 552, response: '552 https://x/token' }, 'recipient_refused', '552'],
  [{ command: 'RCPT TO', responseCode: 450, response: '450 later' }, 'smtp_error', '450 later'],
  [{ command: 'DATA', responseCode: 451, response: '451 token' }, 'smtp_error', '451'],
  [{ command: 'MAIL FROM', responseCode: 550, response: '550 not you' }, 'smtp_error', '550 not you'],
  [
    { command: 'AUTH PLAIN', code: 'EAUTH', responseCode: 535, response: '535 bad' },
    'smtp_error',
    'login failed: 535 bad',
  ],
  [
    { command: 'STARTTLS', code: 'ETLS', responseCode: 500, response: '500 what' },
    'smtp_error',
    'no TLS: 500 what',
  ],
  [{ command: 'CONN', code: 'ECONNECTION', responseCode: 421, response: '421 token' }, 'smtp_error', '421'],
  [{ command: 'CONN', code: 'ESOCKET', originalCode: 'ECONNREFUSED' }, 'smtp_error', 'connection refused'],
  [{ command: 'CONN', code: 'ETIMEDOUT' }, 'smtp_timeout', 'the mail server did not answer in time'],
  [
    { command: 'CONN', code: 'ESOCKET', originalCode: 'ETIMEDOUT' },
    'smtp_timeout',
    'the mail server did not answer in time',
  ],
  [{}, 'smtp_error', 'the conversation with the mail server failed'],
])('%j', (properties, code, message) => {
  expect(classifyMailError(issue(properties))).toMatchObject({ code, message });
});
