/** The table of who may do what: the routes take the roles that it states. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Role } from '#plugin-api';
import { PERMISSIONS, type Permission } from './roles.ts';

const reference = readFileSync(new URL('../../docs/reference/routes.md', import.meta.url), 'utf8');
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
