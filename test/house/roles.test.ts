/** The table of who may do what: the routes take the roles that it states. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Role } from '#plugin-api';
import { PERMISSIONS, type Permission } from '../../core/accounts/roles.ts';
import { root } from './source.ts';

const reference = readFileSync(join(root, 'docs/reference/routes.md'), 'utf8');
const permissions: Permission[] = Object.values(PERMISSIONS);

describe('the table of roles', () => {
  it('states the role that each route takes', () => {
    const routes = [...reference.matchAll(/^### ([A-Z]+) \/v1(\/\S+)\n\n.*?\bRole: (\w+)/gm)];
    expect(routes).to.have.length.above(30);
    const wrong = routes.flatMap(([, method, path, role]) => {
      const route = `${method} ${path}`;
      // There the role in the organization of the path counts, which no route can state.
      const stated = path!.startsWith('/organizations/:id') ? 'viewer' : findRole(route);
      return stated === role ? [] : [`${route} takes ${role}, the table says ${stated}`];
    });
    expect(wrong).to.deep.equal([]);
  });
});

function findRole(route: string): Role | undefined {
  return permissions.find(({ routes }) => routes.test(route))?.role;
}
