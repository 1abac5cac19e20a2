import { endpoint } from '#shared/http/endpoint.ts';
import { DASHBOARD_CONTENT_SECURITY_POLICY, dashboardPage } from '../queue-dashboard.ts';

/** GET /admin/queues, admin: what the queues hold, to look at. */
export const handler = endpoint(
  {
    summary: 'Open the queue dashboard',
    description: 'A read-only page for administrators who are signed in with cookies.',
    guard: 'admin',
    responses: { 200: { description: 'The page.', contentType: 'text/html; charset=utf-8' } },
  },
  async (_input, { queues }) => {
    const { content } = await dashboardPage(queues);
    return {
      status: 200,
      body: content,
      headers: { 'content-security-policy': DASHBOARD_CONTENT_SECURITY_POLICY },
    };
  },
);
