import { endpoint } from '#shared/http/endpoint.ts';
import { DOCS_CONTENT_SECURITY_POLICY, DOCS_PAGE } from '../documentation.ts';

/** GET /docs, public: the interactive reference. */
export const handler = endpoint(
  {
    summary: 'Open the interactive reference',
    guard: 'public',
    rateLimit: 'none',
    responses: {
      200: {
        description: 'A page that loads nothing from other hosts.',
        contentType: 'text/html; charset=utf-8',
      },
    },
  },
  () => ({
    status: 200,
    body: DOCS_PAGE,
    headers: { 'content-security-policy': DOCS_CONTENT_SECURITY_POLICY },
  }),
);
