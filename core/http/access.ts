/** What a route asks of those who call it. */
import type { Caller, Role, RouteDefinition, Scope } from '#plugin-api';
import { forbidden, notFound, scopeRefused } from './errors.ts';

export const RANK: Record<Role, number> = { viewer: 0, creator: 1, admin: 2, owner: 3 };

const SCOPE_RANK: Record<Scope, number> = { read: 0, publish: 1, manage: 2 };

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a route, or a request, changes nothing. */
export function isReading({ method }: { method: string }): boolean {
  return READING.has(method);
}

/** What an API key must have. */
export function scopeOf(route: Pick<RouteDefinition, 'method' | 'scope'>): Scope {
  return route.scope ?? (isReading(route) ? 'read' : 'manage');
}

/** Whether a repeat of the request would make a second thing. */
export function isRepeatable({ method, access, answers, bytes }: RouteDefinition): boolean {
  return method === 'POST' && access !== 'anyone' && 201 in answers && bytes === undefined;
}

/**
 * Whether the caller may call the route with these parameters of its path. Errors: `LS_FORBIDDEN`, `LS_SCOPE_REFUSED`, and
 * `LS_NOT_FOUND` for a stream that the key is not for, as for one of another organization.
 */
export function requireAccess(
  route: RouteDefinition,
  role: Role,
  caller: Caller,
  params: Record<string, string>,
): void {
  const { apiKey } = caller;
  const scope = scopeOf(route);
  if (apiKey && SCOPE_RANK[apiKey.scope] < SCOPE_RANK[scope]) {
    throw scopeRefused(`This needs a key of scope ${scope}; yours is of scope ${apiKey.scope}.`);
  }
  if (RANK[caller.role] < RANK[role]) {
    throw forbidden(
      `This needs the role ${role}; ${apiKey ? `an API key has ${caller.role}` : `yours is ${caller.role}`}.`,
    );
  }
  if (apiKey === null || apiKey.streamId === null) return;
  if (route.streamParam === undefined) throw scopeRefused('This is not about one stream, and the key is for one.');
  const streamId = params[route.streamParam];
  if (streamId !== apiKey.streamId) throw notFound(`There is no stream ${streamId}.`);
}
