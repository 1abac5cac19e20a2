import type { Readable } from 'node:stream';
import type { ZodObject, ZodType, z } from 'zod';
import type { Config } from '../config/config.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { ValuesByName } from '../text/names.ts';
import type { HttpRequest } from './request.ts';

/** Who may call: conventions.md, "Who may call"; `link` is a signature in the URL, which the handler checks. */
export type Guard = 'public' | 'user' | 'tutor' | 'admin' | 'service' | 'link';

/** A file part that a multipart body may hold. */
export interface FileSpec {
  readonly maxBytes: number;
  readonly required?: boolean;
  /** An empty file counts as absent; with this one that has a name is handed on, for the handler to refuse. */
  readonly keepsEmpty?: boolean;
  readonly description?: string;
}

/** How the body is read before its schema sees it. */
export interface BodySpec {
  readonly format: 'json' | 'multipart' | 'json-or-multipart';
  readonly schema: ZodObject;
  /** A missing body then counts as `{}` and needs no content type. */
  readonly optional?: boolean;
  /** Top-level fields that are not trimmed (passwords). */
  readonly untrimmed?: readonly string[];
  readonly files?: Readonly<Record<string, FileSpec>>;
}

/** A body that the handler reads as it arrives. */
export interface StreamSpec {
  /** Content types for the documentation; the handler decides what it takes. */
  readonly contentType: string;
  readonly description: string;
  /** Longest body as declared by `Content-Length`; checked before anything else. */
  readonly maxBytes: (request: HttpRequest, config: Config) => number;
}

/** What a request consists of; parts that are not named are not read. */
export interface RequestSpec {
  readonly path?: ZodObject;
  readonly query?: ZodObject;
  readonly headers?: ZodObject;
  readonly body?: BodySpec;
  /** Instead of `body`. */
  readonly stream?: StreamSpec;
}

/** One declared answer; without `schema` it has no body. */
export interface ResponseSpec {
  readonly description: string;
  readonly schema?: ZodType;
  /** Of bodies that are not JSON, such as `text/html`. */
  readonly contentType?: string;
  /** For a file: every content type that it may have, for the documentation. */
  readonly fileTypes?: readonly string[];
  /** What the headers say, by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request header that makes a read conditional or partial (RFC 9110). */
export type ConditionalHeader =
  | 'If-Match'
  | 'If-None-Match'
  | 'If-Modified-Since'
  | 'If-Unmodified-Since'
  | 'If-Range'
  | 'Range';

/** The finished answer, as a page may show it. */
export interface PageContent {
  readonly status: number;
  readonly message: string;
}

/** A rate limit that covers whole groups of endpoints. */
export type RateBucket = 'general' | 'media';

/** Everything that is public about an endpoint except its method and path, which stand in `functions.yml` alone. */
export interface Contract {
  /** The heading in the documentation. */
  readonly summary: string;
  readonly description?: string;
  /**
   * Of several any one is enough: an `X-API-Key` decides for `service` when it is there. With `link` among
   * them nothing is refused ahead, and the handler asks for the credential that the case needs.
   */
  readonly guard: Guard | readonly Guard[];
  readonly request?: RequestSpec;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** The conditional headers that the answer heeds, for the documentation; they are never an issue. */
  readonly conditions?: readonly ConditionalHeader[];
  /** Codes this endpoint may answer besides those that follow from guard, request and limits. */
  readonly errors?: readonly ErrorCode[];
  /**
   * Honours `Idempotency-Key`: for every POST that creates or enqueues. Its handler changes the database by
   * `context.commit` and nothing else. `by-handler`: it gives the payload along, which it knows only while it works.
   */
  readonly idempotent?: boolean | 'by-handler';
  /** The bucket that requests count in; `none` for probes and documents. */
  readonly rateLimit?: RateBucket | 'none';
  /** Another verb on a path that a route spells out is 405, even where this route's parameters would match. */
  readonly literalsWin?: boolean;
  /** False where the contract does not offer HEAD on a GET; the function's `offersHead` says so, too. */
  readonly head?: boolean;
  /** Answers an HTML page instead of JSON when the caller prefers one. */
  readonly page?: (content: PageContent) => string;
}

type Output<S> = S extends ZodType ? z.output<S> : undefined;

/** A file of a multipart body, held in memory; `sha256` is hexadecimal. */
export interface UploadedFile {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** The validated request as the handler sees it. */
export interface Input<C extends Contract> {
  readonly path: C['request'] extends { path: infer S } ? Output<S> : undefined;
  readonly query: C['request'] extends { query: infer S } ? Output<S> : undefined;
  readonly headers: C['request'] extends { headers: infer S } ? Output<S> : undefined;
  readonly body: C['request'] extends { body: { schema: infer S } } ? Output<S> : undefined;
  readonly files: ValuesByName<UploadedFile>;
}

interface AnswerExtras {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole `Set-Cookie` values. */
  readonly cookies?: readonly string[];
  /** Strong entity tag, quotes included: answers `If-None-Match` with 304. */
  readonly etag?: string;
}

/** A value that may be given where one of this type is wanted and nothing is changed in it. */
type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** What a handler returns: one of the declared statuses with a body of its schema. */
export type EndpointResponse<C extends Contract> = {
  [S in keyof C['responses']]: { readonly status: S } & AnswerExtras &
    (C['responses'][S] extends { schema: infer B }
      ? { readonly body: B extends ZodType ? Frozen<z.input<B>> : never }
      : C['responses'][S] extends { contentType: string }
        ? { readonly body?: string | Buffer | Readable }
        : { readonly body?: undefined });
}[keyof C['responses']];

/** {@link EndpointResponse} for code that serves all contracts. */
export interface AnyResponse extends AnswerExtras {
  readonly status: number;
  readonly body?: unknown;
}
