/** What a route asks of those who call it. */
import type { Role, RouteDefinition, Scope } from '#plugin-api';

export const RANK: Record<Role, number> = { viewer: 0, creator: 1, admin: 2, owner: 3 };

/** What an API key must have. */
export function scopeOf({ method, scope }: Pick<RouteDefinition, 'method' | 'scope'>): Scope {
  return scope ?? (method === 'GET' ? 'read' : 'manage');
}

/** Whether a repeat of the request would make a second thing. */
export function isRepeatable({ method, access, answers }: RouteDefinition): boolean {
  return method === 'POST' && access !== 'anyone' && 201 in answers;
}
