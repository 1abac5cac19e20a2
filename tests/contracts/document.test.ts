import { describe, expect, it } from 'vitest';
import { document, type Json, operations } from './document-harness.ts';

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
