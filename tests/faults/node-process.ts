/**
 * A process of its own that runs the functions of the tasks domain: its first argument names the roles `worker`
 * (queues) and `scheduler` (schedules), joined by a comma, or is empty. The message `tick` runs one tick.
 */

import { declaredFunctions } from '#shared/checkout/declared-functions.ts';
import { ROOT } from '#shared/checkout/root.ts';
import { loadConfig } from '#shared/config/config.ts';
import { declareDomains } from '#shared/declare-domains.ts';
import { startBackground } from '#shared/host/background.ts';
import { definitionsByName, type FunctionDefinition } from '#shared/host/function-definition.ts';
import { loadFunctions } from '#shared/host/load-functions.ts';
import { closeProcessResources } from '#shared/host/resources.ts';
import { scheduledEvent } from '#shared/host/schedule-loop.ts';
import { createLog } from '#shared/log/log.ts';

const EVENT_OF_ROLE: Readonly<Record<string, string>> = { worker: 'bullmq', scheduler: 'schedule' };
const GRACE_MS = 20_000;

const wanted = (process.argv[2] ?? '').split(',').map((role) => EVENT_OF_ROLE[role]);
await declareDomains();
const config = loadConfig(process.env);
const isStartedBy = ({ events = [] }: FunctionDefinition, kinds: readonly (string | undefined)[]): boolean =>
  events.some((event) => kinds.some((kind) => kind && kind in event));
const background = declaredFunctions().filter(
  ({ domain, definition }) => domain === 'tasks' && isStartedBy(definition, Object.values(EVENT_OF_ROLE)),
);
const mine = definitionsByName(background.filter(({ definition }) => isStartedBy(definition, wanted)));
const { invoke } = await loadFunctions(ROOT, definitionsByName(background));
const running = startBackground({ functions: mine, config, log: createLog(config.LOG_LEVEL), invoke });

process.on('message', (message) => {
  if (message !== 'tick') return;
  void invoke('task-tick', scheduledEvent(new Date())).then(
    () => process.send?.('ticked'),
    (error: unknown) => process.send?.(`the tick failed: ${String(error)}`),
  );
});
process.once('SIGTERM', () => {
  void running
    .stop(GRACE_MS)
    .then(closeProcessResources)
    .finally(() => process.exit(0));
});
// The test that started this process is gone.
process.once('disconnect', () => process.exit(1));
process.send?.('ready');
