/** `npm run reset`: empties the data of the local environment; downloaded programs stay. */
import { explain } from '#dev/explain.ts';
import { resetLocalEnvironment } from '#dev/reset.ts';

try {
  const { removed, untouched } = await resetLocalEnvironment(process.env);
  console.log(removed.length === 0 ? 'There was nothing to reset.' : `Removed ${removed.join(', ')}.`);
  for (const line of untouched) console.log(`Not touched: ${line}.`);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
process.exit();
