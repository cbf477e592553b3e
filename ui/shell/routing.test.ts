/** Addresses of the dashboard. */
import { expect } from 'chai';
import { routeOf } from './routing.ts';

describe('routeOf', () => {
  for (const [path, route] of [
    ['/', { page: 'streams' }],
    ['/streams/str_1', { page: 'stream', id: 'str_1' }],
    ['/streams/', { page: 'streams' }],
    ['/assets', { page: 'assets' }],
    ['/assets/ast_1', { page: 'asset', id: 'ast_1' }],
    ['/jobs', { page: 'jobs' }],
    ['/jobs/job_1', { page: 'job', id: 'job_1' }],
    ['/settings', { page: 'settings', section: '' }],
    ['/settings/api-keys', { page: 'settings', section: 'api-keys' }],
    ['/login', { page: 'login' }],
    ['/setup?token=a%20b', { page: 'setup', token: 'a b' }],
    ['/invite?token=a', { page: 'invite', token: 'a' }],
    ['/extensions/abr/abr-ladder', { page: 'extension', plugin: 'abr', element: 'abr-ladder' }],
    ['/extensions/abr', { page: 'streams' }],
    ['/elsewhere', { page: 'streams' }],
  ] as const) {
    it(path, () => {
      expect(routeOf(new URL(path, 'http://host'))).to.deep.equal(route);
    });
  }
});
