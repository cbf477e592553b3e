/** The throttle on wrong keys: ten a minute from one address. */
import { expect } from 'chai';
import { FailureThrottle } from './throttle.ts';

describe('FailureThrottle', () => {
  it('lets ten failures a minute through, then names the wait, and forgets with time', () => {
    let now = 1_000_000;
    const throttle = new FailureThrottle(() => now);
    for (let i = 0; i < 10; i++) {
      expect(throttle.wait('10.0.0.1')).to.equal(0);
      throttle.fail('10.0.0.1');
      now += 1000;
    }
    expect(throttle.wait('10.0.0.1')).to.equal(50);
    expect(throttle.wait('10.0.0.2'), 'another address').to.equal(0);
    now += 50_001;
    expect(throttle.wait('10.0.0.1')).to.equal(0);
  });

  it('does not grow without end', () => {
    const throttle = new FailureThrottle();
    for (let i = 0; i < 20_000; i++) throttle.fail(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(throttle.wait('10.0.0.0')).to.equal(0);
  });
});
