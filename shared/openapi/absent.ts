interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly description?: string;
  readonly default?: unknown;
}

const NULL = { type: 'null' } as const;

const orNull = (schema: JsonSchema): JsonSchema => {
  const { type } = schema;
  if (typeof type === 'string') {
    return { ...schema, type: [type, 'null'], ...(schema.enum ? { enum: [...schema.enum, null] } : {}) };
  }
  const { description, default: fallback, ...inner } = schema;
  return {
    anyOf: [inner, NULL],
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
  } as JsonSchema;
};

/** The schema of a JSON body in which `null` stands for a field that is absent, at any depth. */
const acceptNull = (schema: JsonSchema): JsonSchema => {
  if (schema.items) return { ...schema, items: acceptNull(schema.items) };
  if (!schema.properties) return schema;
  const required = new Set(schema.required);
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const inner = acceptNull(property);
    return [name, required.has(name) ? inner : orNull(inner)] as const;
  });
  return { ...schema, properties: Object.fromEntries(properties) };
};

interface Operation {
  readonly requestBody?: { readonly content?: Record<string, { schema?: JsonSchema }> };
}

/** Lets the optional fields of every JSON body be `null`, as they may be. */
export const documentNulls = <T extends { readonly paths?: object }>(document: T): T => {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations as Record<string, Operation>)) {
      const json = operation.requestBody?.content?.['application/json'];
      if (json?.schema) json.schema = acceptNull(json.schema);
    }
  }
  return document;
};
