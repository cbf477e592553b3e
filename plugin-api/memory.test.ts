/** Memory that is given back: all of it, and never what others have a part of. */
import { expect } from 'chai';
import { release } from './memory.ts';

describe('release', () => {
  it('gives back memory that is all of one piece', () => {
    const bytes = Buffer.allocUnsafeSlow(64 * 1024);
    release(bytes);
    expect(bytes.length).to.equal(0);
  });

  it('leaves alone what is a part of larger memory', () => {
    const whole = Buffer.from('one and two');
    release(whole.subarray(0, 3));
    release(Buffer.from('of the pool'));
    expect(whole.toString()).to.equal('one and two');
  });
});
