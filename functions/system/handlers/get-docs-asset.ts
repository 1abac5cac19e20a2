import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { DOCS_ASSET_TYPES, docsAsset } from '../documentation.ts';

/** GET /docs/{asset}, public: script, style and icon of the reference page. */
export const handler = endpoint(
  {
    summary: 'Load a file of the interactive reference',
    guard: 'public',
    rateLimit: 'none',
    request: { path: z.object({ asset: z.string() }) },
    conditions: ['If-None-Match'],
    responses: {
      200: {
        description: 'The file.',
        contentType: 'application/octet-stream',
        fileTypes: DOCS_ASSET_TYPES,
        headers: { ETag: 'The entity tag.' },
      },
      304: { description: 'The copy of the client is current.' },
    },
  },
  async ({ path }) => {
    const { content, contentType, etag } = await docsAsset(path.asset);
    return {
      status: 200,
      body: content,
      etag,
      headers: { 'content-type': contentType, 'cache-control': 'public, max-age=3600' },
    };
  },
);
