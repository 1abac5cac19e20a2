import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import Lambda from 'serverless-offline/lambda';
import type { Config } from '../../config/config.ts';
import type { Log } from '../../log/log.ts';
import type { Invoke } from './load-handlers.ts';
import { refuse } from './refusal.ts';

/** What the answers of functions need. */
interface AnsweringOptions {
  readonly invoke: Invoke;
  readonly config: Config;
  readonly log: Log;
}

const isResponse = (answer: unknown): answer is APIGatewayProxyStructuredResultV2 =>
  typeof (answer as APIGatewayProxyStructuredResultV2 | undefined)?.statusCode === 'number';

/**
 * Lets serverless-offline call the loaded functions directly. Its own runner looks for the module on disk at
 * every call (seven times), reads package.json and sets the environment anew, which costs a third of the
 * requests per second; and an error that escapes it becomes a 200 with the stack in the body.
 */
export const answerDirectly = ({ invoke, config, log }: AnsweringOptions): void => {
  const answer = async (name: string, event: APIGatewayProxyEventV2) => {
    try {
      const response = await invoke(name, event);
      if (isResponse(response)) return response;
      throw new TypeError('the function gave no response');
    } catch (error) {
      log.error({ err: error, function: name }, 'an error escaped from a function');
      const { 'x-request-id': requestId, origin } = event.headers;
      const { status, ...refusal } = refuse('internal_error', { requestId, origin }, config);
      return { statusCode: status, ...refusal };
    }
  };
  Lambda.prototype.get = (name) => {
    let event: APIGatewayProxyEventV2;
    return {
      setEvent: (given) => {
        event = given;
      },
      runHandler: () => answer(name, event),
    };
  };
};
