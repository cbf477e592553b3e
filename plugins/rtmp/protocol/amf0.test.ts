/** AMF0: what is encoded decodes to the same, and nothing that is sent makes a decoder build much. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type AmfValue, decodeAmf, encodeAmf } from './amf0.ts';
import { ProtocolError } from './errors.ts';

const { value } = fc.letrec<{ value: AmfValue; leaf: AmfValue }>((tie) => ({
  leaf: fc.oneof(
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
    fc.constant(undefined),
  ),
  value: fc.oneof(
    { maxDepth: 5 },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 3 }),
  ),
}));

describe('rtmp: AMF0', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (values) => {
        expect(decodeAmf(encodeAmf(...values))).to.deep.equal(values);
      }),
    );
  });

  it('reads ECMA arrays, long strings, dates and typed objects', () => {
    const ecma = Buffer.from('0800000001000161003ff0000000000000000009', 'hex');
    expect(decodeAmf(ecma)).to.deep.equal([{ a: 1 }]);
    expect(decodeAmf(encodeAmf('x'.repeat(70_000)))).to.deep.equal(['x'.repeat(70_000)]);
    expect(decodeAmf(Buffer.from('0b40590000000000000000', 'hex'))).to.deep.equal([100]);
    expect(decodeAmf(Buffer.from('10000143000161050000 09'.replace(' ', ''), 'hex'))).to.deep.equal([{ a: null }]);
  });

  it('gives names like __proto__ no meaning', () => {
    const [object] = decodeAmf(
      Buffer.from('0300095f5f70726f746f5f5f03000161010100000900000 9'.replace(' ', ''), 'hex'),
    );
    expect(Object.getPrototypeOf(object)).to.equal(null);
    expect(({} as { a?: unknown }).a).to.equal(undefined);
  });

  const bombs: Record<string, Buffer> = {
    'a string longer than the message': Buffer.from([2, 0xff, 0xff, 1]),
    'an object without an end': Buffer.from([3, 0, 1, 97, 5]),
    'deep nesting': Buffer.alloc(60_000, Buffer.from([10, 0, 0, 0, 1])),
    'a long array': Buffer.from([10, 0xff, 0xff, 0xff, 0xff]),
    'many values': Buffer.alloc(60_000, 5),
    'an unknown type': Buffer.from([0x11]),
    'half a number': Buffer.from([0, 1, 2]),
  };
  for (const [name, bytes] of Object.entries(bombs))
    it(`refuses ${name}`, () => {
      expect(() => decodeAmf(bytes)).to.throw(ProtocolError);
    });

  it('throws nothing but ProtocolError for random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeAmf(Buffer.from(bytes));
        } catch (error) {
          expect(error).to.be.instanceOf(ProtocolError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
