/** Playback tokens for the tests of this room, under keys of their own. */
import { exportJWK, generateKeyPair } from 'jose';
import { SignedTokens, SigningKeys } from '../accounts/index.ts';
import { PlaybackTokens } from './tokens.ts';

export interface TestTokens {
  signed: SignedTokens;
  tokens: PlaybackTokens;
  /** Ids of the tokens that count as revoked. */
  revoked: Set<string>;
}

export async function testTokens(): Promise<TestTokens> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const given = JSON.stringify({ keys: [await exportJWK(privateKey)] });
  const signed = new SignedTokens(await SigningKeys.open({ dataDir: '', given }));
  const revoked = new Set<string>();
  return { signed, revoked, tokens: new PlaybackTokens({ signed, isRevoked: (id) => revoked.has(id) }) };
}
