/** Whose address counts, whatever a client writes into its headers. */
import { expect } from 'chai';
import { assert, ipV4, property } from 'fast-check';
import { clientAddress, isAddressRange } from './address.ts';

describe('client address', () => {
  it('is the connection itself where no proxy is named', () => {
    expect(clientAddress([])('::ffff:203.0.113.9', '6.6.6.6')).to.equal('203.0.113.9');
    expect(clientAddress([])('2001:db8::1', undefined)).to.equal('2001:db8::1');
  });

  it('is what the last trusted proxy saw, through networks and both families', () => {
    const addressOf = clientAddress(['10.0.0.0/8', '2001:db8::/32']);
    expect(addressOf('10.1.2.3', '203.0.113.9')).to.equal('203.0.113.9');
    expect(addressOf('::ffff:10.1.2.3', '203.0.113.9, 2001:db8::7')).to.equal('203.0.113.9');
    expect(addressOf('10.1.2.3', undefined)).to.equal('10.1.2.3');
    expect(addressOf('10.1.2.3', 'unknown')).to.equal('10.1.2.3');
    expect(addressOf('192.0.2.1', '203.0.113.9')).to.equal('192.0.2.1');
  });

  it('is never what a client puts in front', () => {
    const addressOf = clientAddress(['127.0.0.1']);
    assert(
      property(ipV4(), (forged) => {
        expect(addressOf('127.0.0.1', `${forged}, 203.0.113.9`)).to.equal('203.0.113.9');
      }),
    );
  });

  it('knows addresses and networks from other texts', () => {
    for (const right of ['10.0.0.1', '10.0.0.0/8', '::1', 'fe80::/10'])
      expect(isAddressRange(right), right).to.equal(true);
    for (const wrong of ['', 'proxy', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/', '1.2.3/8']) {
      expect(isAddressRange(wrong), wrong).to.equal(false);
    }
  });
});
