import { expect } from 'chai';
import { SignJWT } from 'jose';
import { PlaybackTokens } from './tokens.ts';

const KEY = Buffer.alloc(32, 7);

describe('playback tokens', () => {
  it('are valid for their stream, at once when they come again', async () => {
    const tokens = new PlaybackTokens(KEY);
    const { id, token, expiresAt } = await tokens.issue({ streamId: 'str_a', viewerId: 'ann', expiresIn: 60 });
    expect(id).to.match(/^tok_/);
    expect(expiresAt.getTime()).to.be.within(Date.now() + 58_000, Date.now() + 60_000);
    expect(await tokens.verify(token, 'str_a')).to.equal('valid');
    expect(tokens.verify(token, 'str_a')).to.equal('valid');
    expect(tokens.verify(token, 'str_b')).to.equal('invalid');
  });

  it('are invalid for another stream, also when they come for the first time', async () => {
    const tokens = new PlaybackTokens(KEY);
    const { token } = await tokens.issue({ streamId: 'str_a', expiresIn: 60 });
    expect(await tokens.verify(token, 'str_b')).to.equal('invalid');
  });

  it('expire', async () => {
    const tokens = new PlaybackTokens(KEY);
    const { token } = await tokens.issue({ streamId: 'str_a', expiresIn: -1 });
    expect(await tokens.verify(token, 'str_a')).to.equal('expired');
    expect(await tokens.verify(token, 'str_b')).to.equal('invalid');
  });

  it('are invalid under another key, when damaged, and when they are no token', async () => {
    const tokens = new PlaybackTokens(KEY);
    const { token } = await tokens.issue({ streamId: 'str_a', expiresIn: 60 });
    expect(await new PlaybackTokens(Buffer.alloc(32, 8)).verify(token, 'str_a')).to.equal('invalid');
    const damaged = [token.slice(0, -2), `${token}\n`, `${token}"`, `${token}=`, '', '..', 'x'.repeat(5000)];
    for (const text of damaged) expect(await tokens.verify(text, 'str_a'), text.slice(-20)).to.equal('invalid');
  });

  it('of another kind do not pass, though the key signed them', async () => {
    const tokens = new PlaybackTokens(KEY);
    const make = (typ: string, audience: string, issuer: string) =>
      new SignJWT({ stream: 'str_a' })
        .setProtectedHeader({ alg: 'HS256', typ })
        .setAudience(audience)
        .setIssuer(issuer)
        .setExpirationTime('1h')
        .sign(KEY);
    expect(await tokens.verify(await make('playback+jwt', 'playback', 'livestreams'), 'str_a')).to.equal('valid');
    expect(await tokens.verify(await make('at+jwt', 'playback', 'livestreams'), 'str_a')).to.equal('invalid');
    expect(await tokens.verify(await make('playback+jwt', 'api', 'livestreams'), 'str_a')).to.equal('invalid');
    expect(await tokens.verify(await make('playback+jwt', 'playback', 'other'), 'str_a')).to.equal('invalid');
  });

  it('want a key that cannot be guessed', () => {
    expect(() => new PlaybackTokens(Buffer.from('short'))).to.throw('32 bytes');
  });
});
