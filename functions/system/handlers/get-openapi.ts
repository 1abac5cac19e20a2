import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openApiJson } from '../documentation.ts';

/** GET /openapi.json, public: the API's description, generated from the schemas that validate. */
export const handler = endpoint(
  {
    summary: 'Get this OpenAPI document',
    guard: 'public',
    rateLimit: 'none',
    conditions: ['If-None-Match'],
    responses: {
      200: {
        description: 'The document, in OpenAPI 3.1.',
        schema: z.looseObject({ openapi: z.string() }),
        headers: { ETag: 'The entity tag of the document.' },
      },
      304: { description: 'The copy of the client is current.' },
    },
  },
  async () => {
    const { document, etag } = await openApiJson();
    return { status: 200, body: document, etag, headers: { 'cache-control': 'no-cache' } };
  },
);
