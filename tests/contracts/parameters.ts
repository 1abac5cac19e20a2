import { type ZodType, z } from 'zod';
import { type DocumentedRoute, loadContracts } from '#shared/openapi/document.ts';

/** A path or query parameter of a route. */
export interface Parameter {
  readonly route: DocumentedRoute;
  readonly place: 'path' | 'query';
  readonly name: string;
  readonly schema: ZodType;
}

/** All parameters that contracts declare, so that those of new endpoints are among them. */
export const allParameters = async (): Promise<Parameter[]> =>
  (await loadContracts()).flatMap((route) =>
    (['path', 'query'] as const).flatMap((place) =>
      Object.entries(route.contract.request?.[place]?.shape ?? {}).map(([name, schema]) => ({
        ...{ route, place, name },
        schema: schema as ZodType,
      })),
    ),
  );

/** Whether the schema takes any text. */
export const isText = (schema: ZodType): boolean => z.safeParse(schema, 'x y').success;

const optionsIn = (schema: ZodType): string[] => {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  const { innerType, in: input } = schema.def as { innerType?: ZodType; in?: ZodType };
  const inner = innerType ?? input;
  return inner ? optionsIn(inner) : [];
};

/** A value of a parameter that takes numbers, times or one of some words. */
export const typedSample = (schema: ZodType): string => {
  const candidates = ['1', '2026-01-02T03:04:05Z', ...optionsIn(schema)];
  const sample = candidates.find((each) => z.safeParse(schema, each).success);
  if (sample === undefined) throw new Error('no value of this parameter is known');
  return sample;
};
