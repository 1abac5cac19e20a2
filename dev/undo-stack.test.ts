import { expect, test } from 'vitest';
import { createUndoStack } from './undo-stack.ts';

test('undoes in reverse order, once, and goes on after a failure', async () => {
  const events: string[] = [];
  const stack = createUndoStack((error) => events.push(`report ${String(error)}`));
  stack.push(async () => {
    events.push('services');
  });
  stack.push(() => Promise.reject(new Error('stuck')));
  stack.push(async () => {
    events.push('API');
  });
  await Promise.all([stack.unwind(), stack.unwind()]);
  expect(events).toEqual(['API', 'report Error: stuck', 'services']);
});
