import { describe, expect, it } from 'vitest';
import { namedOperations } from './document-harness.ts';

describe.each(namedOperations)('%s', (_name, { verb, operation }) => {
  it('has one tag and a summary in the imperative', () => {
    expect(operation.tags).toHaveLength(1);
    expect(operation.summary).toMatch(/^[A-Z][a-z]+ .+[^.]$|^Sign (up|in|out)$/);
    expect(operation.summary).not.toMatch(/^(The|An?|All|Own)\b|\bown\b/);
  });

  it('lists named resources', () => {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      const { items, properties } = content['application/json']?.schema ?? {};
      if (items) expect(items.$ref ?? items.type, status).not.toBe('object');
      for (const [field, inner] of Object.entries(properties ?? {})) {
        expect(inner.items?.properties, `${status} ${field}`).toBeUndefined();
      }
    }
  });

  it('lets optional fields of a JSON body be null, and required ones not', () => {
    const schema = operation.requestBody?.content['application/json']?.schema;
    for (const [field, property] of Object.entries(schema?.properties ?? {})) {
      const types = [property.type, ...(property.anyOf ?? []).map(({ type }) => type)].flat();
      expect(types.includes('null'), field).toBe(!schema?.required?.includes(field));
    }
  });

  it('asks a PATCH for at least one field', () => {
    if (verb !== 'patch') return;
    for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
      expect((schema.required?.length ?? 0) + (schema.minProperties ?? 0), type).toBeGreaterThan(0);
    }
  });

  it('documents If-None-Match where it answers 304', () => {
    if (verb === 'head') return;
    const asked = operation.parameters?.some(({ name }) => name === 'If-None-Match') ?? false;
    expect(asked).toBe('304' in operation.responses);
  });

  it('says when it sets cookies', () => {
    const sets = Object.values(operation.responses).some(({ headers = {} }) => 'Set-Cookie' in headers);
    expect(sets).toBe(
      ['login', 'refresh', 'verifyEmail', 'logout', 'logoutAll', 'endSession', 'deleteProfile'].includes(
        operation.operationId,
      ),
    );
  });

  it('names the content types of a file', () => {
    for (const { content = {} } of Object.values(operation.responses)) {
      expect(Object.keys(content)).not.toContain('application/octet-stream');
    }
  });
});
