import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';
import { onePer } from '#shared/async/one-per.ts';
import { queueNames } from '#shared/http/routing-table.ts';
import type { Queues } from '#shared/queue/queues.ts';

/** What the library would give to a web framework. */
export interface Board {
  readonly api: readonly AppControllerRoute[];
  readonly entry: AppViewRoute;
  readonly queues: BullBoardQueues;
  readonly uiConfig: UIConfig;
}

/** Takes what the library would give to a web framework. */
const collector = (): { readonly adapter: IServerAdapter; readonly board: () => Board } => {
  const taken: Partial<{ -readonly [K in keyof Board]: Board[K] }> = {};
  const adapter: IServerAdapter = {
    setQueues: (queues) => {
      taken.queues = queues;
      return adapter;
    },
    setApiRoutes: (routes) => {
      taken.api = routes;
      return adapter;
    },
    setEntryRoute: (route) => {
      taken.entry = route;
      return adapter;
    },
    setUIConfig: (config) => {
      taken.uiConfig = config ?? {};
      return adapter;
    },
    setErrorHandler: () => adapter,
    setStaticPath: () => adapter,
    setViewsPath: () => adapter,
  };
  return { adapter, board: () => taken as Board };
};

/** The board of all queues, read-only, made once per process. */
export const boardOf = onePer(async (queues: Queues): Promise<Board> => {
  const opened = await Promise.all(queueNames().map((name) => queues.open(name)));
  const { adapter, board } = collector();
  createBullBoard({
    queues: opened.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: adapter,
    options: {
      // Only our own code reads the files; without a folder the library would look for its package.
      uiBasePath: 'elsewhere',
      uiConfig: { boardTitle: 'JapaneseStudent queues', hideDocsLink: true },
    },
  });
  return board();
});
