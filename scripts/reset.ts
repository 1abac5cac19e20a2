/** `npm run reset`: empties the data of the local environment; downloaded programs stay. */
import { LocalFailure } from '#shared/local/local-failure.ts';
import { resetLocalEnvironment } from '#shared/local/reset.ts';

try {
  const removed = await resetLocalEnvironment();
  console.log(removed.length === 0 ? 'There was nothing to reset.' : `Removed ${removed.join(', ')}.`);
} catch (error) {
  console.error(error instanceof LocalFailure ? error.message : error);
  process.exitCode = 1;
}
process.exit();
