/** `npm start`: the whole local environment in one terminal, until Ctrl-C. */
import { explain } from '#dev/explain.ts';
import { startLocalEnvironment } from '#dev/local-environment.ts';
import { firstLine } from '#dev/local-failure.ts';
import { LOCAL_DIRECTORY } from '#dev/paths.ts';
import { table } from '#dev/progress.ts';
import { watchSpace } from '#dev/services/disk-space.ts';
import { abortCommands } from '#dev/services/processes.ts';
import { onStopRequest } from '#dev/stop-request.ts';
import { createUndoStack } from '#dev/undo-stack.ts';

const say = (line: string): void => console.log(line);
const undo = createUndoStack((error) => console.error(`  while stopping: ${firstLine(error)}`));
let stopRequested = false;
/** Nobody wants to hear of progress who asked for the end. */
const progress = (line: string): void => {
  if (!stopRequested) say(line);
};

const stop = async (exitCode: number): Promise<never> => {
  await undo.unwind();
  say('Stopped.');
  process.exit(exitCode);
};

// A closed terminal must not keep the services from being stopped.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
process.on('uncaughtException', (error) => {
  console.error(explain(error));
  void stop(1);
});

let started = false;
onStopRequest(
  () => {
    stopRequested = true;
    say('Stopping …');
    // A start under way fails soon and stops what it has started so far; so does a server that is being revived.
    abortCommands();
    if (started) void stop(0);
  },
  (exitCode) => process.exit(exitCode),
);

say('Starting JapaneseStudent');
try {
  const environment = await startLocalEnvironment(process.env, undo, progress);
  if (stopRequested) await stop(0);
  started = true;
  watchSpace(LOCAL_DIRECTORY, progress);
  const accounts = environment.accounts.map(
    ({ role, email, password }) => [`role ${role}`, `${email}  ${password}`] as const,
  );
  say('');
  for (const line of table([
    ['API', environment.apiUrl],
    ['docs', environment.docsUrl],
    ['inbox', environment.inboxUrl || 'none: SMTP_HOST names another mail server'],
    ...accounts,
    ['API key', environment.apiKey],
  ])) {
    say(line);
  }
  say('');
  say('Ctrl-C stops everything; npm run reset empties the data.');
} catch (error) {
  if (stopRequested) await stop(0);
  console.error(explain(error));
  await undo.unwind();
  process.exit(1);
}
