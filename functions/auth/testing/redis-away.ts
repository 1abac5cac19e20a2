import { createServer } from 'node:net';

/** Variables of an API whose Redis does not answer: a port that was free a moment ago. */
export const redisAway = async (): Promise<{ REDIS_PORT: string }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { REDIS_PORT: String(port) };
};
