/** Pages of a list that is read row by row, and cursors that are none. */
import { expect } from 'chai';
import { assert, asyncProperty, integer, string } from 'fast-check';
import { type LivestreamsError, readPage } from './index.ts';

describe('paging', () => {
  const read =
    (rows: number[]) =>
    async ({ limit, after }: { limit: number; after: string | undefined }) =>
      rows.filter((row) => after === undefined || row > Number(after)).slice(0, limit);
  const page = (rows: number[], query: { limit: number; cursor?: string }, list = 'numbers') =>
    readPage({ list, query, read: read(rows), position: String, positions: /^\d{1,18}$/ });

  it('goes through every row once, whatever the size of a page', async () => {
    await assert(
      asyncProperty(integer({ min: 0, max: 40 }), integer({ min: 1, max: 50 }), async (count, limit) => {
        const rows = Array.from({ length: count }, (_, at) => at);
        const seen: number[] = [];
        let cursor: string | null = null;
        do {
          const { data, next_cursor } = await page(rows, { limit, ...(cursor === null ? {} : { cursor }) });
          expect(data.length).to.be.at.most(limit);
          seen.push(...data);
          cursor = next_cursor;
        } while (cursor !== null);
        expect(seen).to.deep.equal(rows);
      }),
    );
  });

  it('has a cursor that says nothing, and none where no more follows', async () => {
    expect((await page([1, 2], { limit: 2 })).next_cursor).to.equal(null);
    expect((await page([1, 2, 3], { limit: 2 })).next_cursor).to.match(/^[\w-]+$/);
  });

  it('refuses every cursor that this list has not made', async () => {
    const { next_cursor } = await page([1, 2], { limit: 1 }, 'letters');
    const forged = Buffer.from('numbers 1; DROP').toString('base64url');
    const padded = `${Buffer.from('numbers 1').toString('base64url')}=`;
    const refuse = async (cursor: string) => {
      const error = await page([1], { limit: 1, cursor }).then(
        () => null,
        (thrown: LivestreamsError) => thrown,
      );
      expect(error?.code, cursor).to.equal('LS_REQUEST_INVALID');
      expect(error?.extensions.errors).to.have.nested.property('[0].pointer', '/query/cursor');
    };
    for (const cursor of ['', '1', forged, padded, next_cursor!]) await refuse(cursor);
    await assert(asyncProperty(string(), refuse));
  });
});
