/** A typed route: one schema validates, types the handler and writes the OpenAPI document. */
import type { Readable } from 'node:stream';
import type { Static, TObject, TSchema } from 'typebox';

export type Role = 'owner' | 'admin' | 'creator' | 'viewer';

/** What an API key may do: look, publish and hand out what is needed for it, or all that a creator may. Each includes those before it. */
export type Scope = 'read' | 'publish' | 'manage';

/** Who calls: a person, or a program with an API key. */
export interface Caller {
  /** Null for an API key. */
  userId: string | null;
  organizationId: string;
  /** Looked up for each request. An API key has `creator` at most: it never manages people or keys. */
  role: Role;
  /** Null for a person. */
  apiKey: { id: string; scope: Scope; streamId: string | null } | null;
}

export interface RouteRequest<P, Q, B, C> {
  params: P;
  query: Q;
  body: B;
  /** Null only on routes whose `access` is `anyone`. */
  caller: C;
  requestId: string;
  remoteAddress: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it comes, on routes that state `bytes`; on all others it has been read. */
  stream: Readable;
  /** Aborts when the client is gone or the route's time is over. */
  signal: AbortSignal;
  /**
   * Refuses the request where its `If-Match` names other versions than this (RFC 9110, 13.1.1). To be called by a `versioned` route
   * that writes, in the transaction that changes the row and with the row locked, so that nobody changes it in between.
   * Errors: `LS_PRECONDITION_FAILED`.
   */
  ifMatch(version: Version): void;
}

/** What changes with each edit of a thing: its row, or a part of it. Its JSON counts. */
export type Version = object | string;

export interface RouteAnswer {
  status: number;
  /** Written as JSON; a Buffer, a text or a readable stream as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Of a `versioned` route that answers the thing: its ETag is made of it. */
  version?: Version;
}

export interface RouteDefinition<
  A extends Role | 'anyone' = Role | 'anyone',
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
> {
  method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'OPTIONS';
  /** Below `/v1`, with `:name` for parameters. */
  path: string;
  /** One sentence for the reference. */
  summary: string;
  /** Lowest role that may call it, or `anyone`. */
  access: A;
  /** What an API key must have; `read` for GET and `manage` for all else where not stated. */
  scope?: Scope;
  /** The parameter of the path that is a stream's id. Keys of one stream may call only routes that name theirs. */
  streamParam?: keyof Static<P> & string;
  params?: P;
  query?: Q;
  body?: B;
  /**
   * Media type of a body that is no JSON, of any length: the handler reads it from `stream` as it comes. Such a route has no limit of time
   * (a connection on which nothing moves for a minute is closed), and takes no `Idempotency-Key`.
   */
  bytes?: string;
  /** Schema of the body by status; null for none, or for one that is not JSON. */
  answers: Record<number, TSchema | null>;
  /** It answers, changes or deletes one thing that can be edited: answers have an ETag, and writes heed `If-Match`. */
  versioned?: true;
  /** Seconds that it may take; 30 where not stated. */
  timeout?: number;
  handle(
    request: RouteRequest<Static<P>, Static<Q>, Static<B>, A extends 'anyone' ? Caller | null : Caller>,
  ): Promise<RouteAnswer>;
}

export interface Routes {
  route<A extends Role | 'anyone', P extends TObject, Q extends TObject, B extends TSchema>(
    definition: RouteDefinition<A, P, Q, B>,
  ): void;
}
