/** serverless-offline ships no types; this is the part that the plugin uses. */
declare module 'serverless-offline/lambda' {
  import type { APIGatewayProxyEventV2 } from 'aws-lambda';

  interface CallableFunction {
    setEvent(event: APIGatewayProxyEventV2): void;
    runHandler(): Promise<unknown>;
  }

  class Lambda {
    get(functionKey: string): CallableFunction;
  }

  // biome-ignore lint/style/noDefaultExport: this is how the library exports it
  export { Lambda as default };
}
