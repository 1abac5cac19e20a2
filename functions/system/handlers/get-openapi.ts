import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openApiJson } from '../documentation.ts';

/** GET /openapi.json, public: the API's description, generated from the schemas that validate. */
export const handler = endpoint(
  {
    summary: 'OpenAPI document',
    guard: 'public',
    rateLimit: 'none',
    responses: {
      200: {
        description: 'OpenAPI 3.1.',
        schema: z.looseObject({ openapi: z.string() }),
        headers: { ETag: 'Of the document.' },
      },
    },
  },
  async () => {
    const { document, etag } = await openApiJson();
    return { status: 200, body: document, etag, headers: { 'cache-control': 'no-cache' } };
  },
);
