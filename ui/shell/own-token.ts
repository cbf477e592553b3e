/** The tokens with which the dashboard itself plays what is protected: one for each stream or asset, made anew before it ends. */
import { answered } from './answered.ts';
import { api } from './api.ts';
import { signedIn } from './person.ts';

/** For a day, and no link for viewers. */
const OWN_TOKEN = { expires_in: 86_400, viewer_id: 'dashboard' };

/** Milliseconds for which one is used: its end would stop what plays. */
const USED_FOR = (OWN_TOKEN.expires_in - 3600) * 1000;

/** By person and thing: the next one who signs in may not see what this one may. */
const tokens = new Map<string, { token: Promise<string>; until: number }>();

/** Of the stream or the asset of this id; for those who may make tokens. The player begins anew with each other token. */
export function ownToken(id: string): Promise<string> {
  const key = `${signedIn().user.id} ${id}`;
  const known = tokens.get(key);
  if (known && known.until > Date.now()) return known.token;
  const token = makeToken(id);
  tokens.set(key, { token, until: Date.now() + USED_FOR });
  token.catch(() => tokens.delete(key));
  return token;
}

/** Whether a token is the dashboard's own. */
export function isOwn({ viewer_id: viewer }: { viewer_id: string | null }): boolean {
  return viewer === OWN_TOKEN.viewer_id;
}

async function makeToken(id: string): Promise<string> {
  const call = { params: { path: { id } }, body: OWN_TOKEN };
  const made = id.startsWith('ast_')
    ? api.POST('/v1/assets/{id}/playback-tokens', call)
    : api.POST('/v1/streams/{id}/playback-tokens', call);
  return (await answered(made)).token;
}
