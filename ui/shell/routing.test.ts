/** Addresses of the dashboard. */
import { expect } from 'chai';
import { routeOf } from './routing.ts';

describe('routeOf', () => {
  for (const [path, route] of [
    ['/', { page: 'streams' }],
    ['/streams/str_1', { page: 'stream', id: 'str_1' }],
    ['/streams/', { page: 'streams' }],
    ['/login', { page: 'login' }],
    ['/setup?token=a%20b', { page: 'setup', token: 'a b' }],
    ['/extensions/abr/abr-ladder', { page: 'extension', plugin: 'abr', element: 'abr-ladder' }],
    ['/elsewhere', { page: 'streams' }],
  ] as const) {
    it(path, () => {
      expect(routeOf(new URL(path, 'http://host'))).to.deep.equal(route);
    });
  }
});
