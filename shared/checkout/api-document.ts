import { createOpenApi, loadContracts } from '../openapi/document.ts';

/** The OpenAPI document of all contracts in this checkout; part of each bundle that asks for it. */
export const apiDocument = async (): Promise<ReturnType<typeof createOpenApi>> =>
  createOpenApi(await loadContracts());
