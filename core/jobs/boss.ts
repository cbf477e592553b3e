/** What pg-boss says, in our words. */
import type { CommandResponse } from 'pg-boss';

/** pg-boss wants a UUID, with its hyphens and without our prefix. */
export function toUuid(id: string): string {
  return id.slice('job_'.length).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function toId(uuid: string): string {
  return `job_${uuid.replaceAll('-', '')}`;
}

/** How many jobs a command of pg-boss changed; its types leave that out. */
export function affectedBy(response: CommandResponse): number {
  if ('affected' in response && typeof response.affected === 'number') return response.affected;
  throw new TypeError('pg-boss did not say how many jobs it changed');
}
