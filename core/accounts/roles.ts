/** Who may do what: the one table of it. Routes state the least role that they take; a test holds them against this. */
import type { Role } from '#plugin-api';
import { RANK } from '../http/access.ts';

export interface Permission {
  /** What it allows, for the reference. */
  does: string;
  /** The least role. */
  role: Role;
  /** Routes of core that do it, as `GET /streams/:id`. */
  routes: RegExp;
}

/** A route is judged by the first line that fits it. What concerns owners and addresses has no route of its own. */
export const PERMISSIONS = {
  account: {
    does: 'Change their own name and password, end their logins, go over to another organization, make an organization',
    role: 'viewer',
    routes: /^\S+ \/(me|auth)(\/|$)|^POST \/organizations$/,
  },
  readWork: {
    does: 'See stream keys and playback tokens without the secrets, uploads, the log of a job, and how much is stored',
    role: 'creator',
    routes: /^GET (\/streams\/:id\/keys|\/(streams|assets)\/:id\/playback-tokens|\/jobs\/:id\/log|\/storage)$|^HEAD /,
  },
  readPlugins: { does: 'See which plugins are on, and whether they keep up', role: 'admin', routes: /^GET \/plugins$/ },
  manageKeys: {
    does: 'Make and revoke API keys',
    role: 'admin',
    routes: /^\S+ \/api-keys(\/|$)/,
  },
  manageRetention: {
    does: 'Say how long recordings are kept where their stream says nothing',
    role: 'admin',
    routes: /^PATCH \/storage$/,
  },
  readAddresses: { does: 'See the e-mail addresses of the other members', role: 'creator', routes: /^$/ },
  readInvitations: { does: 'See open invitations', role: 'admin', routes: /^GET \/organizations\/:id\/invitations$/ },
  read: {
    does: 'Watch, and see streams, sessions and their health, assets, jobs, events and members',
    role: 'viewer',
    routes: /^GET |^POST \/events\/token$/,
  },
  leave: { does: 'Leave the organization', role: 'viewer', routes: /^DELETE \/organizations\/:id\/members\/:user_id$/ },
  managePeople: {
    does: 'Invite people, change their roles and remove them, owners aside; rename the organization',
    role: 'admin',
    routes: /^\S+ \/organizations\/:id/,
  },
  manageOwners: { does: 'Make owners, and change or remove them', role: 'owner', routes: /^$/ },
  create: {
    does: 'Make, change and delete streams, stream keys, playback tokens, uploads, assets and clips; disconnect publishers; cancel jobs',
    role: 'creator',
    routes: /^(POST|PATCH|PUT|DELETE) /,
  },
} as const satisfies Record<string, Permission>;

/** Whether a role may do what the other may. */
export function isAtLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}
