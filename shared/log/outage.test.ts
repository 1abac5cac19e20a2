import { expect, test } from 'vitest';
import { createLog } from './log.ts';
import { createOutageLog } from './outage.ts';

test('an outage is two lines, however often the thing is missed', () => {
  const messages: string[] = [];
  const log = createLog('info', { write: (line: string) => messages.push(JSON.parse(line).msg) });
  const outage = createOutageLog(log, 'redis');
  outage.worked();
  for (let count = 0; count < 100; count += 1) outage.missed(new Error('connect ECONNREFUSED'));
  outage.worked();
  outage.worked();
  outage.missed(new Error('connect ECONNREFUSED'));
  expect(messages).toEqual(['redis is unavailable', 'redis is back', 'redis is unavailable']);
});
