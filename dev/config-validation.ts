import { createHash } from 'node:crypto';

/** The class of the Serverless CLI that checks serverless.yml against its schema. */
export interface ConfigSchemaHandler {
  readonly schema: object;
  /** May coerce values of the configuration, in place. */
  validateConfig(config: object): Promise<void>;
}

/** What is known of configurations that earlier workers have checked. */
export interface Validated {
  /** Digest of the last valid one. */
  readonly known: () => string | undefined;
  readonly report: (digest: string) => void;
}

const digestOf = (...values: readonly object[]): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('base64');

/**
 * Spares the check of a configuration that is known to be valid: the CLI's validator is 8 MB of generated code,
 * which takes most of the time of a reload to compile. A configuration that the check changes is never known.
 */
export const validateOnce = (handler: ConfigSchemaHandler, { known, report }: Validated): void => {
  const validate = handler.validateConfig;
  handler.validateConfig = async function (this: ConfigSchemaHandler, config) {
    const given = digestOf(config);
    const digest = digestOf([this.schema, given]);
    if (digest === known()) return;
    await validate.call(this, config);
    if (digestOf(config) === given) report(digest);
  };
};
