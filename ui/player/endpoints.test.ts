/** From `src` to a playlist and a status. */
import { expect } from 'chai';
import { endpointsOf } from './endpoints.ts';

const home = 'https://live.example/player.js';
const page = 'https://blog.example/post/1';

describe('endpointsOf', () => {
  it('looks for a stream id where the player itself comes from', () => {
    expect(endpointsOf('str_01', null, home, page)).to.deep.equal({
      playlist: 'https://live.example/live/str_01/index.m3u8',
      status: 'https://live.example/live/str_01/status',
    });
  });

  it('looks there for an asset too, which has no status', () => {
    expect(endpointsOf('ast_01', 't', home, page)).to.deep.equal({
      playlist: 'https://live.example/vod/ast_01/index.m3u8?token=t',
      status: null,
    });
  });

  it('takes a base URL, relative to the page, and carries the token', () => {
    expect(endpointsOf('/live/str_01/', 'a b', home, page)).to.deep.equal({
      playlist: 'https://blog.example/live/str_01/index.m3u8?token=a+b',
      status: 'https://blog.example/live/str_01/status?token=a+b',
    });
  });

  it('plays any playlist, which has no status', () => {
    expect(endpointsOf('https://cdn.example/a/b.m3u8?x=1', 't', home, page)).to.deep.equal({
      playlist: 'https://cdn.example/a/b.m3u8?x=1&token=t',
      status: null,
    });
  });

  it('throws on what is no address', () => {
    expect(() => endpointsOf('https://', null, home, page)).to.throw(TypeError);
  });
});
