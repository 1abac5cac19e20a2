import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { loadConfig } from '../config/config.ts';
import type { FunctionAnswer } from '../host/answer.ts';
import type { FunctionDefinition } from '../host/function-definition.ts';
import { type HttpEdge, openHttpEdge } from '../host/http-edge.ts';
import { httpRoutesOf } from '../host/http-routes.ts';
import type { CallContext } from '../host/load-functions.ts';
import type { Contract } from '../http/contract.ts';
import { createLog } from '../log/log.ts';

/** A function of a test. */
export interface TestFunction {
  /** `GET /path` or `*`. */
  readonly route: string;
  readonly answer: (event: APIGatewayProxyEventV2, context: CallContext) => unknown;
  readonly contract?: Contract;
}

/** The HTTP edge in front of functions of a test, on a free port. */
export interface TestEdge {
  readonly port: number;
  readonly edge: HttpEdge;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Answers 200 with the event as JSON. */
export const echo = (event: APIGatewayProxyEventV2): FunctionAnswer => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(event),
});

/** Opens an edge; `settings` are configuration variables. */
export const openTestEdge = async (
  functions: readonly TestFunction[],
  settings: Readonly<Record<string, string>> = {},
): Promise<TestEdge> => {
  const named = functions.map((each, index) => [`function-${index}`, each] as const);
  const definitions = new Map<string, FunctionDefinition>(
    named.map(([name, { route }]) => [name, { handler: `${name}.handler`, events: [{ httpApi: route }] }]),
  );
  const byName = new Map<string, TestFunction>(named);
  const edge = openHttpEdge({
    functions: {
      invoke: async (name, event, context = {}) =>
        byName.get(name)?.answer(event as APIGatewayProxyEventV2, context),
      contractOf: (name) => byName.get(name)?.contract,
    },
    routes: httpRoutesOf(definitions),
    config: loadConfig({ APP_ENV: 'test', ...settings }),
    log: createLog('silent'),
  });
  const port = await edge.listen(0, HOST);
  return { port, edge, close: () => edge.close(0, 0) };
};
