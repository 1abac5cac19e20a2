import { createOpenApi, loadContracts } from '#shared/openapi/document.ts';

/** Any object of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** What of a JSON Schema is looked at. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly pattern?: string;
  readonly format?: string;
}

/** What of an operation is looked at. */
export interface Operation {
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

/** The document as it is served. */
export const document = JSON.parse(JSON.stringify(createOpenApi(await loadContracts()))) as {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
/** Its operations with their names. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([verb, operation]) => ({
    name: `${verb.toUpperCase()} ${path}`,
    verb,
    operation,
  })),
);
/** {@link operations} for `describe.each`. */
export const namedOperations = operations.map(({ name, ...rest }) => [name, { name, ...rest }] as const);
