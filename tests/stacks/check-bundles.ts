import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition } from '#shared/host/function-definition.ts';
import { type BundleAnswer, callBundle, REFERENCE_MODULE, REFERENCE_MS } from './call-bundle.ts';
import { backgroundEvent, eventOfRequest, requestFor } from './events.ts';
import { CREDENTIALS, EXPECTATIONS, WITHOUT_AWS_SDK } from './expectations.ts';
import type { Bundle } from './package-stack.ts';
import type { StackServices } from './services.ts';

const MEGABYTE = 1_048_576;
const MOST_IMPORT_MS = 150;
/** How often an import is repeated. The least processor time counts, because all else on a machine only adds to it. */
const REPEATED = 7;
/** How often that is compared before an import counts as too slow. */
const ROUNDS = 6;

/** A bundle with the function that it holds. */
export interface PackagedFunction {
  readonly bundle: Bundle;
  readonly definition: FunctionDefinition;
}

/** What all checks of a run share. */
export interface CheckContext extends StackServices {
  /** A folder with {@link REFERENCE_MODULE}. */
  readonly reference: string;
  /** Access token of the seeded admin. */
  readonly token: string;
}

/** Makes the folder of {@link CheckContext.reference}. */
export const makeReference = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-reference-'));
  await writeFile(join(folder, 'reference.mjs'), REFERENCE_MODULE);
  return folder;
};

/** Signs the seeded admin in, through the bundle of the function. @throws Error when that fails */
export const signIn = async (
  { bundle, definition }: PackagedFunction,
  services: StackServices,
): Promise<string> => {
  const made = requestFor(bundle.name, definition);
  if (!made) throw new TypeError(`${bundle.name} has no route`);
  const request = { ...made.request, headers: { 'x-auth-mode': 'token' }, body: CREDENTIALS };
  const event = eventOfRequest(made.route, request);
  const { folder } = bundle;
  const { result, fault } = await callBundle({ ...services, folder, handler: definition.handler, event });
  const { body = '{}' } = (result ?? {}) as { readonly body?: string };
  const { accessToken } = JSON.parse(body) as { readonly accessToken?: string };
  if (!accessToken) throw new Error(`the bundle of ${bundle.name} gives no token: ${fault ?? body}`);
  return accessToken;
};

const statusFault = ({ result }: BundleAnswer, expected: number | undefined): string[] => {
  const given = (result as { readonly statusCode?: number } | undefined)?.statusCode;
  if (expected === undefined) return given !== undefined && given < 500 ? [] : [`answers ${given}`];
  return given === expected ? [] : [`answers ${given}, not ${expected}`];
};

/** Events for a function, each with the status that is expected, if it is a certain one. */
const eventsFor = ({ bundle, definition }: PackagedFunction, { token }: CheckContext) => {
  const made = requestFor(bundle.name, definition);
  if (!made) return [{ event: backgroundEvent(definition), isRequest: false, status: undefined }];
  // What changes something is called by nobody: the answers of others must not depend on it.
  const headers: Record<string, string> =
    made.request.method === 'GET' ? { authorization: `Bearer ${token}` } : {};
  const expectations = EXPECTATIONS[bundle.name] ?? [{ request: {}, status: undefined }];
  return expectations.map(({ request = {}, status }) => ({
    event: eventOfRequest(made.route, { ...made.request, headers, ...request }),
    isRequest: true,
    status,
  }));
};

const sizeFaults = ({ name, zipBytes, codeBytes, hasAwsSdk }: Bundle): string[] => {
  const sdk = hasAwsSdk && WITHOUT_AWS_SDK.includes(name) ? ['carries the AWS SDK'] : [];
  // Files that a browser loads are no code that a function must read.
  const size = codeBytes > (hasAwsSdk ? 2 : 1) * MEGABYTE ? [`has ${codeBytes} bytes of code`] : [];
  return zipBytes > 2 * MEGABYTE ? [...sdk, ...size, `is a zip of ${zipBytes} bytes`] : [...sdk, ...size];
};

/** What is wrong with a bundle, and the processor time of its import. */
export const checkBundle = async (
  packaged: PackagedFunction,
  context: CheckContext,
): Promise<{ readonly importMs: number; readonly faults: readonly string[] }> => {
  const { bundle, definition } = packaged;
  const { folder } = bundle;
  const faults = sizeFaults(bundle);
  let importMs = 0;
  for (const { event, isRequest, status } of eventsFor(packaged, context)) {
    const answer = await callBundle({ ...context, folder, handler: definition.handler, event });
    if (answer.fault !== undefined) faults.push(answer.fault);
    else if (isRequest) faults.push(...statusFault(answer, status));
    importMs = Math.max(importMs, answer.importMs);
  }
  return { importMs, faults };
};

/** An import that took at most this long needs no second look. */
export const isQuickImport = (importMs: number): boolean => importMs <= MOST_IMPORT_MS;

interface Comparison {
  readonly importMs: number;
  /** What the import may take: the budget grows where the reference takes longer. */
  readonly mostMs: number;
}

const compareImport = async (
  { bundle: { folder }, definition }: PackagedFunction,
  { reference, ...services }: CheckContext,
): Promise<Comparison> => {
  let [importMs, referenceMs] = [Infinity, Infinity];
  for (let turn = 0; turn < REPEATED; turn += 1) {
    const compared = await callBundle({ ...services, folder: reference, handler: 'reference.handler' });
    const imported = await callBundle({ ...services, folder, handler: definition.handler });
    referenceMs = Math.min(referenceMs, compared.importMs);
    importMs = Math.min(importMs, imported.importMs);
  }
  return { importMs, mostMs: MOST_IMPORT_MS * Math.max(1, referenceMs / REFERENCE_MS) };
};

/**
 * Measures an import again, with nothing beside it, and again for as long as it seems too slow: other work on the
 * machine passes, code that is too large stays.
 */
export const checkImport = async (
  packaged: PackagedFunction,
  context: CheckContext,
): Promise<{ readonly importMs: number; readonly faults: readonly string[] }> => {
  let last: Comparison = { importMs: Infinity, mostMs: 0 };
  for (let round = 0; round < ROUNDS && last.importMs > last.mostMs; round += 1) {
    last = await compareImport(packaged, context);
  }
  const { importMs, mostMs } = last;
  if (importMs <= mostMs) return { importMs, faults: [] };
  const fault = `takes ${Math.round(importMs)} ms to import, at most ${Math.round(mostMs)} are due on this machine`;
  return { importMs, faults: [fault] };
};
