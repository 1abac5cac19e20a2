import type { APIGatewayProxyEventV2 } from 'aws-lambda';

const bodies = new WeakMap<APIGatewayProxyEventV2, Buffer>();

/**
 * Gives an event a body: as text or base64 for whoever reads the event, and as the bytes that came for
 * {@link rawBodyOf}, which spares a host in the same process both encodings of a large body.
 */
export const attachBody = (event: APIGatewayProxyEventV2, bytes: Buffer): void => {
  bodies.set(event, bytes);
  const encoding = event.isBase64Encoded ? 'base64' : 'utf8';
  Object.defineProperty(event, 'body', { enumerable: true, get: () => bytes.toString(encoding) });
};

/** The bytes of a body that a host in this process attached. */
export const rawBodyOf = (event: APIGatewayProxyEventV2): Buffer | undefined => bodies.get(event);
