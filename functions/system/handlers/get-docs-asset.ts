import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { docsAsset } from '../documentation.ts';

/** GET /docs/{asset}, public: script, style and icon of the reference page. */
export const handler = endpoint(
  {
    summary: 'File of the interactive reference',
    guard: 'public',
    rateLimit: 'none',
    request: { path: z.object({ asset: z.string() }) },
    responses: { 200: { description: 'The file.', contentType: 'application/octet-stream' } },
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
