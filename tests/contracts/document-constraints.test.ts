import { describe, expect, it } from 'vitest';
import { parseCron } from '#shared/time/cron.ts';
import { ianaNames } from '#shared/time/time-zones.ts';
import { document, type Schema } from './document-harness.ts';

/** A property of a JSON body. */
const bodyField = (path: string, verb: string, field: string): Schema =>
  document.paths[path]?.[verb]?.requestBody?.content['application/json']?.schema.properties?.[field] ?? {};
const patternOf = (...field: Parameters<typeof bodyField>) =>
  new RegExp(bodyField(...field).pattern ?? 'no pattern', 'u');

describe('the constraints in the document', () => {
  it('say that an address is an e-mail address', () => {
    expect(bodyField('/api/v6/auth/register', 'post', 'email').format).toBe('email');
  });

  it.each([
    ['/api/v6/admin/scheduled-tasks', 'post', 'timezone'],
    ['/api/v6/profile/settings', 'patch', 'timeZone'],
  ])('take every zone that the server takes: %s', (...field) => {
    const pattern = patternOf(...field);
    for (const name of ianaNames()) expect(name).toMatch(pattern);
    for (const name of ['', '+01:00', 'Europe Berlin']) expect(name).not.toMatch(pattern);
  });

  it('take cron expressions that the server takes, and not those without five fields', () => {
    const pattern = patternOf('/api/v6/admin/scheduled-tasks', 'post', 'cron');
    for (const cron of ['@daily', '0 0 * * *', '*/5  1-3,7 1 JAN MON-FRI', '0\t0 1 1 0']) {
      expect(parseCron(cron), cron).toBeDefined();
      expect(cron).toMatch(pattern);
    }
    for (const cron of ['@reboot', '* * * *', '* * * * * *', '']) {
      expect(parseCron(cron), cron).toBeUndefined();
      expect(cron).not.toMatch(pattern);
    }
  });

  it('take usernames in any script', () => {
    const pattern = patternOf('/api/v6/auth/register', 'post', 'username');
    for (const name of ['hanako', 'はなこ', 'Ωmega_1', 'a.b-c']) expect(name).toMatch(pattern);
    for (const name of ['_hanako', 'ha nako', 'ha@nako']) expect(name).not.toMatch(pattern);
  });

  it('let a task have a webhook, an e-mail or both', () => {
    const schema =
      document.paths['/api/v6/admin/scheduled-tasks']?.['post']?.requestBody?.content['application/json']
        ?.schema;
    expect(schema?.anyOf).toEqual([{ required: ['url'] }, { required: ['template_id', 'content'] }]);
  });
});
