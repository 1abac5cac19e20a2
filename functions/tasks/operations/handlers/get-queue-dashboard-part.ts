import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { DASHBOARD_CONTENT_SECURITY_POLICY, DASHBOARD_TYPES, dashboardPart } from '../queue-dashboard.ts';

/** GET /admin/queues/{path+}, admin: the dashboard's files, data and pages; no other method exists here. */
export const handler = endpoint(
  {
    summary: 'Load a part of the queue dashboard',
    guard: 'admin',
    request: { path: z.object({ path: z.string() }) },
    responses: {
      200: {
        description: 'A file, data or a page.',
        contentType: 'application/octet-stream',
        fileTypes: DASHBOARD_TYPES,
      },
    },
  },
  async ({ path }, { queues, request }) => {
    const { rawQuery } = request;
    const { contentType, content } = await dashboardPart(queues, { path: path.path, rawQuery });
    const isFile = path.path.startsWith('static/');
    return {
      status: 200,
      body: content,
      headers: {
        'content-type': contentType,
        // The names of the files change with their contents.
        ...(isFile ? { 'cache-control': 'private, max-age=3600' } : {}),
        ...(contentType.startsWith('text/html')
          ? { 'content-security-policy': DASHBOARD_CONTENT_SECURITY_POLICY }
          : {}),
      },
    };
  },
);
