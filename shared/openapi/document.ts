import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { declareDomains } from '../declare-domains.ts';
import { loadEndpoint } from '../host/load-functions.ts';
import { guardsOf } from '../http/caller/guards.ts';
import type { Contract, Guard } from '../http/contract.ts';
import { operationIdOf, type Route, routingTable } from '../http/routing-table.ts';
import { documentNulls } from './absent.ts';
import { INTRODUCTION } from './introduction.ts';
import { type DocumentedPath, documentedPaths } from './paths.ts';
import { documentedBody, documentedParameters } from './requests.ts';
import { documentedResponses, withoutBodies } from './responses.ts';
import { tagOf } from './tags.ts';

const SECURITY: Record<Guard, Record<string, string[]>[]> = {
  public: [],
  user: [{ bearer: [] }, { cookie: [] }],
  tutor: [{ bearer: [] }, { cookie: [] }],
  admin: [{ bearer: [] }, { cookie: [] }],
  service: [{ apiKey: [] }],
  link: [{ link: [] }],
};

const GUARD_TEXT: Record<Guard, string> = {
  public: 'anyone',
  user: 'signed-in users',
  tutor: 'tutors and admins',
  admin: 'admins',
  service: 'services with the API key',
  link: 'anyone with the signed link',
};

/** A route with the contract of its handler. */
export interface DocumentedRoute extends Route {
  readonly contract: Contract;
}

/** Loads the handler of every route. @throws TypeError for a function that is no endpoint */
export const loadContracts = async (
  routes: readonly Route[] = routingTable(),
): Promise<DocumentedRoute[]> => {
  await declareDomains();
  return Promise.all(
    routes.map(async (route) => ({ ...route, contract: (await loadEndpoint(route)).contract })),
  );
};

const descriptionOf = (contract: Contract): string =>
  [
    contract.description,
    `For ${guardsOf(contract)
      .map((guard) => GUARD_TEXT[guard])
      .join(', or ')}.`,
    contract.head === false ? 'HEAD is not offered.' : undefined,
  ]
    .filter(Boolean)
    .join('\n\n');

const operationOf = (route: DocumentedRoute, { names }: DocumentedPath): ZodOpenApiOperationObject => {
  const { functionName, contract } = route;
  return {
    operationId: operationIdOf(functionName),
    tags: [tagOf(route).name],
    summary: contract.summary,
    description: descriptionOf(contract),
    security: guardsOf(contract).flatMap((guard) => SECURITY[guard]),
    requestParams: documentedParameters(contract, names),
    ...documentedBody(contract),
    responses: documentedResponses(contract),
  };
};

/** What HEAD never answers: a part of a file, or where to read it. */
const ONLY_OF_GET = ['206', '302', '416'];

/** HEAD of what clients keep: it tells size and validators without the bytes. */
const headOf = (route: DocumentedRoute, place: DocumentedPath) => {
  const { contract, offersHead } = route;
  if (!contract.conditions || !offersHead) return {};
  const conditions = contract.conditions.filter((name) => name !== 'Range' && name !== 'If-Range');
  const operation = operationOf({ ...route, contract: { ...contract, conditions } }, place);
  const { operationId = '', responses = {}, summary = '' } = operation;
  const head = {
    ...operation,
    operationId: operationId.replace(
      /^(get)?(.)/,
      (_match, _verb, letter: string) => `head${letter.toUpperCase()}`,
    ),
    summary: `${summary}: headers only`,
    responses: Object.fromEntries(
      Object.entries(withoutBodies(responses)).filter(([status]) => !ONLY_OF_GET.includes(status)),
    ),
  };
  return { head };
};

/** The OpenAPI 3.1 document of the given routes, from the very schemas that validate. */
export const createOpenApi = (routes: readonly DocumentedRoute[]) => {
  const placeOf = documentedPaths(routes);
  const paths = new Map<string, Record<string, ZodOpenApiOperationObject>>();
  for (const route of routes) {
    const place = placeOf(route);
    paths.set(place.path, {
      ...paths.get(place.path),
      [route.method.toLowerCase()]: operationOf(route, place),
      ...headOf(route, place),
    });
  }
  const tags = new Map(routes.map((route) => [tagOf(route).name, tagOf(route)]));
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'JapaneseStudent API',
        version: '6.0.0',
        description: INTRODUCTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      // Relative to where the document was read from: right behind every host name.
      servers: [{ url: '/' }],
      tags: [...tags.values()],
      paths: Object.fromEntries(paths),
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'access_token' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          link: { type: 'apiKey', in: 'query', name: 'sig' },
        },
      },
    },
    {
      // Answers may gain fields within a version. Tests still refuse those that no schema names.
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        // Zod's bounds of every integer tell a client nothing.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    },
  );
  return documentNulls(document);
};
