/** A typed route: one schema validates, types the handler and writes the OpenAPI document. */
import type { Static, TObject, TSchema } from 'typebox';

export type Role = 'owner' | 'admin' | 'creator' | 'viewer';

/** Who calls. */
export interface Caller {
  userId: string;
  organizationId: string;
  role: Role;
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
  /** Aborts when the client is gone or the route's time is over. */
  signal: AbortSignal;
}

export interface RouteAnswer {
  status: number;
  /** Written as JSON; a Buffer, a text or a readable stream as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface RouteDefinition<
  A extends Role | 'anyone' = Role | 'anyone',
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below `/v1`, with `:name` for parameters. */
  path: string;
  /** One sentence for the reference. */
  summary: string;
  /** Lowest role that may call it, or `anyone`. */
  access: A;
  params?: P;
  query?: Q;
  body?: B;
  /** Schema of the body by status; null for none, or for one that is not JSON. */
  answers: Record<number, TSchema | null>;
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
