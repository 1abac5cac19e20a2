import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, portProblem } from './ports.ts';

test('a busy port is told by its error code, and is not chosen though preferred', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    expect(await portProblem(port, '127.0.0.1')).toBe('EADDRINUSE');
    expect(await portProblem(port)).toBe('EADDRINUSE');
    expect(await freePort(port)).not.toBe(port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('a preferred port is chosen when it is free', async () => {
  const port = await freePort();
  expect(await portProblem(port, '127.0.0.1')).toBeUndefined();
  expect(await freePort(port)).toBe(port);
});
