/** Signed tokens and their keys: what is believed, what is not, and how keys change while servers run. */
import { readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { temporaryFolder } from '../../test/support/folder.ts';
import { rotateKeys, SignedTokens, SigningKeys } from './index.ts';
import { LONGEST_LIFE } from './signing-keys.ts';

const purpose = { type: 'sse+jwt', audience: 'events' };

describe('signed tokens', () => {
  let dataDir: string;
  let keys: SigningKeys;
  let tokens: SignedTokens;

  beforeEach(async () => {
    dataDir = temporaryFolder();
    keys = await SigningKeys.open({ dataDir, given: null });
    tokens = new SignedTokens(keys);
  });

  const issue = (from = tokens) =>
    from.issue({ ...purpose, subject: 'usr_1', claims: { org: 'org_1' }, expiresIn: 60 });
  const verdict = async (token: string, from = tokens) => (await from.verify(token, purpose)).verdict;
  const kid = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string;
  const keyFiles = async () => (await readdir(join(dataDir, 'secrets'))).sort();
  const restarted = async () => new SignedTokens(await SigningKeys.open({ dataDir, given: null }));

  it('state what was signed', async () => {
    const before = Date.now();
    const { id, token, expiresAt } = await issue();
    const verified = await tokens.verify(token, purpose);
    if (verified.verdict !== 'valid') throw new Error(verified.verdict);
    expect(verified.content).to.include({ id, subject: 'usr_1' });
    expect(verified.content.claims.org).to.equal('org_1');
    expect(verified.content.expiresAt).to.deep.equal(expiresAt);
    expect(verified.content.issuedAt.getTime()).to.be.within(before, Date.now());
  });

  it('are taken for their own purpose only', async () => {
    const { token } = await issue();
    for (const other of [{ type: 'at+jwt' }, { audience: 'api' }]) {
      expect(await tokens.verify(token, { ...purpose, ...other })).to.deep.equal({ verdict: 'invalid' });
    }
  });

  it('expire, and are refused where they would outlive the keys', async () => {
    const { token } = await tokens.issue({ ...purpose, expiresIn: -1 });
    expect(await verdict(token)).to.equal('expired');
    const eternal = await tokens.issue({ ...purpose, expiresIn: LONGEST_LIFE + 1 }).catch((error: unknown) => error);
    expect(eternal).to.be.instanceOf(RangeError);
  });

  it('are not believed when forged', async () => {
    const { token } = await issue();
    const [header, payload] = token.split('.') as [string, string];
    const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const publicKey = Buffer.from((await keys.published()).keys[0]!.x!, 'base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forge = (alg: string, typ: string, key: Parameters<SignJWT['sign']>[0]) =>
      new SignJWT(claims).setProtectedHeader({ alg, typ, kid: kid(token) }).sign(key);
    for (const forged of [
      await forge('EdDSA', purpose.type, stranger.privateKey),
      // The public key as the secret of an HMAC (RFC 8725, 2.1).
      await forge('HS256', purpose.type, publicKey),
      `${Buffer.from('{"alg":"none","typ":"sse+jwt"}').toString('base64url')}.${payload}.`,
      `${header}.${payload}.`,
      token.slice(0, -4),
      `${token}.x`,
      '',
      'x'.repeat(5000),
    ]) {
      expect(await verdict(forged), forged.slice(0, 300)).to.equal('invalid');
    }
  });

  it('hold over a restart, under keys that only their own user reads', async () => {
    const { token } = await issue();
    expect(await verdict(token, await restarted())).to.equal('valid');
    const [name, ...others] = await keyFiles();
    expect(others).to.deep.equal([]);
    expect((await stat(join(dataDir, 'secrets', name!))).mode & 0o777).to.equal(0o600);
  });

  it('hold when keys are rotated, and new ones are known to servers that already run', async () => {
    const { token: old } = await issue();
    const ids = await rotateKeys(dataDir);
    expect(ids).to.have.length(2);
    const { token: fresh } = await issue(await restarted());
    expect(kid(fresh)).to.equal(ids[0]).and.not.to.equal(kid(old));
    // This server has not looked at the files since.
    expect(await verdict(fresh)).to.equal('valid');
    expect(await verdict(old)).to.equal('valid');
    expect((await issue()).token).to.satisfy((token: string) => kid(token) === ids[0]);
    expect((await keys.published()).keys.map((key) => key.kid)).to.deep.equal(ids);
  });

  it('end with a former key when none signed by it can live any more', async () => {
    const { token: old } = await issue();
    await rotateKeys(dataDir);
    const week = LONGEST_LIFE * 1000 + 120_000;
    for (const name of await keyFiles()) {
      const [, madeAt] = /\.(\d+)\./.exec(name)!;
      await rename(
        join(dataDir, 'secrets', name),
        join(dataDir, 'secrets', `signing-key.${Number(madeAt) - week}.jwk`),
      );
    }
    const later = await restarted();
    expect(await verdict(old, later)).to.equal('invalid');
    expect(await verdict((await issue(later)).token, later)).to.equal('valid');
    expect(await keyFiles()).to.have.length(2);
    expect(await rotateKeys(dataDir)).to.have.length(2);
    expect(await keyFiles()).to.have.length(2);
  });

  it('are published without what signs them, so that others can verify', async () => {
    const { token } = await issue();
    const set = await keys.published();
    const [file] = await keyFiles();
    const secret = (JSON.parse(await readFile(join(dataDir, 'secrets', file!), 'utf8')) as JWK).d!;
    expect(JSON.stringify(set)).not.to.contain(secret).and.not.to.contain('"d"');
    const key = await importJWK(set.keys[0]!);
    expect((await jwtVerify(token, key)).payload.sub).to.equal('usr_1');
  });

  it('may be signed by keys of the environment, the first of which signs', async () => {
    const made = await Promise.all([1, 2].map(() => generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })));
    const [first, second] = (await Promise.all(made.map(({ privateKey }) => exportJWK(privateKey)))) as [JWK, JWK];
    const given = (...set: JWK[]) => SigningKeys.open({ dataDir, given: JSON.stringify({ keys: set }) });
    const before = new SignedTokens(await given(first));
    const after = new SignedTokens(await given(second, first));
    expect(await verdict((await issue(before)).token, after)).to.equal('valid');
    expect(await verdict((await issue(after)).token, before)).to.equal('invalid');
  });

  it('name the setting, not the secret, where what the environment gives is no key', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const rsa = await exportJWK(privateKey);
    for (const given of ['{"keys":[]}', '{}', 'marker-secret', JSON.stringify({ keys: [rsa] })]) {
      const error = (await SigningKeys.open({ dataDir, given }).catch((reason: unknown) => reason)) as Error;
      expect(error.message).to.contain('/signingKeys').and.not.to.contain('marker-secret').and.not.to.contain(rsa.d!);
    }
  });
});
