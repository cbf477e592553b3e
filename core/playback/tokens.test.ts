/** What a playback token is worth, for what, and until when. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import { expect } from 'chai';
import { temporaryFolder } from '../../test/support/folder.ts';
import { rotateKeys, SignedTokens, SigningKeys } from '../accounts/index.ts';
import { type TestTokens, testTokens } from './test-tokens.ts';
import { PlaybackTokens } from './tokens.ts';

describe('playback tokens', () => {
  let bed: TestTokens;
  const issue = async (subjectId: string, expiresIn = 60) => (await bed.tokens.issue(subjectId, { expiresIn })).token;
  const verify = async (token: string, subjectId: string) => bed.tokens.verify(token, subjectId);

  beforeEach(async () => {
    bed = await testTokens();
  });

  for (const [own, other] of [
    ['str_a', 'str_b'],
    ['ast_a', 'str_a'],
    ['str_a', 'ast_a'],
  ] as const) {
    it(`for ${own} are valid for it, at once when they come again, and not for ${other}`, async () => {
      const { tokens } = bed;
      const { id, token, expiresAt } = await tokens.issue(own, { viewerId: 'ann', expiresIn: 60 });
      expect(id).to.match(/^tok_/);
      expect(expiresAt.getTime()).to.be.within(Date.now() + 58_000, Date.now() + 60_000);
      expect(await tokens.verify(token, own)).to.equal('valid');
      expect(tokens.verify(token, own)).to.equal('valid');
      expect(tokens.verify(token, other)).to.equal('invalid');
      expect(await verify(await issue(own), other), 'when it comes for the first time').to.equal('invalid');
    });
  }

  it('expire', async () => {
    const token = await issue('str_a', -1);
    expect(await verify(token, 'str_a')).to.equal('expired');
    expect(await verify(token, 'str_b')).to.equal('invalid');
  });

  it('end when they are revoked, whether they were used before or not', async () => {
    for (const used of [true, false]) {
      const { id, token } = await bed.tokens.issue('str_a', { expiresIn: 60 });
      if (used) expect(await verify(token, 'str_a')).to.equal('valid');
      bed.revoked.add(id);
      expect(await verify(token, 'str_a')).to.equal('revoked');
      expect(await verify(token, 'str_b')).to.equal('invalid');
    }
  });

  it('end within minutes with a signing key that is taken away, also those that were used before', async () => {
    const dataDir = temporaryFolder();
    const signed = new SignedTokens(await SigningKeys.open({ dataDir, given: null }));
    const tokens = new PlaybackTokens({ signed, isRevoked: () => false });
    const { token } = await tokens.issue('str_a', { expiresIn: 3600 });
    expect(await tokens.verify(token, 'str_a')).to.equal('valid');
    const [leaked] = await readdir(join(dataDir, 'secrets'));
    await rotateKeys(dataDir);
    await rm(join(dataDir, 'secrets', leaked!));
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 120_000 });
    try {
      expect(await tokens.verify(token, 'str_a')).to.equal('invalid');
    } finally {
      mock.timers.reset();
    }
  });

  it('are invalid under another key, when damaged, and when they are no token', async () => {
    const token = await issue('str_a');
    const { tokens: others } = await testTokens();
    expect(await others.verify(token, 'str_a')).to.equal('invalid');
    const damaged = [token.slice(0, -2), `${token}\n`, `${token}"`, `${token}=`, '', '..', 'x'.repeat(5000)];
    for (const text of damaged) expect(await verify(text, 'str_a'), text.slice(-20)).to.equal('invalid');
  });

  it('of another kind do not pass, though the same key signed them', async () => {
    const sign = async (type: string, audience: string) =>
      (await bed.signed.issue({ type, audience, claims: { stream: 'str_a' }, expiresIn: 60 })).token;
    expect(await verify(await sign('playback+jwt', 'playback'), 'str_a')).to.equal('valid');
    expect(await verify(await sign('at+jwt', 'playback'), 'str_a')).to.equal('invalid');
    expect(await verify(await sign('playback+jwt', 'api'), 'str_a')).to.equal('invalid');
  });
});
