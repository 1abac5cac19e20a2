import { describe, expect, it } from 'vitest';
import { createOpenApi, loadContracts } from '#shared/openapi/document.ts';

type Json = Readonly<Record<string, unknown>>;

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly headers?: Json; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
    >
  >;
}

const document = JSON.parse(JSON.stringify(createOpenApi(await loadContracts()))) as {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([verb, operation]) => ({
    name: `${verb.toUpperCase()} ${path}`,
    verb,
    operation,
  })),
);
const named = operations.map(({ name, ...rest }) => [name, { name, ...rest }] as const);

/** Every object in the document with the place where it stands. */
const objectsIn = (value: unknown, place = '#'): { readonly place: string; readonly object: Json }[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, member]) => objectsIn(member, `${place}/${key}`));
  return Array.isArray(value) ? inner : [{ place, object: value as Json }, ...inner];
};
const everything = objectsIn(document);

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

describe('the document', () => {
  it('gives every default in the type of its schema', () => {
    const typed = everything.filter(({ object }) => 'default' in object && 'type' in object);
    expect(typed.length).toBeGreaterThan(20);
    for (const { place, object } of typed) {
      const types = [object['type']].flat().map((type) => (type === 'integer' ? 'number' : type));
      expect(types, place).toContain(typeOf(object['default']));
    }
  });

  it('has patterns on texts only, and examples that match them', () => {
    for (const { place, object } of everything.filter(
      ({ object }) => typeof object['pattern'] === 'string',
    )) {
      expect([object['type']].flat(), place).toContain('string');
      const pattern = new RegExp(object['pattern'] as string, 'u');
      if (typeof object['example'] === 'string') expect(object['example'], place).toMatch(pattern);
    }
  });

  it('forbids no field beyond those that it names', () => {
    expect(everything.filter(({ object }) => object['additionalProperties'] === false)).toEqual([]);
  });

  it('has every path once, whatever its parameters are called', () => {
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{[^}]+\}/g, '{}'));
    expect(new Set(shapes).size).toBe(shapes.length);
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(item)) {
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(
          inPath,
        );
      }
    }
  });

  it('describes every tag, and uses each', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    for (const { name, description } of document.tags) expect(description, name).toMatch(/^[A-Z].+\.$/);
  });

  it('names resources and enums', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(
        (
          'User Profile Settings Session Role Character KanaTestItem Alphabet Locale EmailTemplate ' +
          'ImmediateTask ScheduledTask RunLog MediaFile MediaType Created Error Issue ErrorCode'
        ).split(' '),
      ),
    );
  });

  it('has operation ids that are unique camelCase names', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/);
  });
});

describe.each(named)('%s', (_name, { verb, operation }) => {
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

  it('names the content types of a file', () => {
    for (const { content = {} } of Object.values(operation.responses)) {
      expect(Object.keys(content)).not.toContain('application/octet-stream');
    }
  });
});
