/** Every route of a real server, called by those who may not: nobody is let in who should not be, and every answer is as documented. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import fc from 'fast-check';
import { RANK } from '../../../core/http/access.ts';
import type { Answered, Operation } from './document.ts';
import { fitting } from './values.ts';
import {
  anyAddress,
  logIn,
  makeOrganization,
  makePerson,
  makeThings,
  startWorld,
  type Things,
  type World,
} from './world.ts';

/** A caller, and what it may be answered, by what the route itself says of who may call. */
interface Walker {
  name: string;
  authorization: string | null;
  isExpected(operation: Operation, answered: Answered): boolean;
}

/** Open routes by which one becomes somebody. What else is open must ask for something of its own, as a token in the query. */
const FOR_ANYBODY = /^\/v1\/(auth|invitations)\//;
const isOpen = ({ role }: Operation) => role === null;
const namesOneThing = ({ parameters }: Operation) => parameters.some((parameter) => parameter.in === 'path');

describe('every route', function () {
  this.timeout(300_000);
  let world: World;
  let things: Things;
  let walkers: Walker[];

  before(async () => {
    world = await startWorld();
    things = await makeThings(world);
    const { server, organizationId } = world;
    const other = await server.createStream({ title: 'Another of ours' });
    const key = async (settings: object) => {
      const made = await server.api<{ id: string; key: string }>('POST', '/api-keys', { name: 'Walker', ...settings });
      return { id: made.id, authorization: `Bearer ${made.key}` };
    };
    const revoked = await key({ scope: 'manage' });
    await server.api('DELETE', `/api-keys/${revoked.id}`);
    const bound = await key({ scope: 'manage', stream_id: other.id });
    const reading = await key({ scope: 'read' });
    const theirs = await makeOrganization(world, 'Theirs');
    const viewer = await makePerson(world, organizationId, 'viewer');
    const stranger = await makePerson(world, theirs, 'creator');

    const nobodyIs = (operation: Operation, { status }: Answered) =>
      isOpen(operation) ? status >= 400 || FOR_ANYBODY.test(operation.path) : status === 401;
    walkers = [
      { name: 'nobody', authorization: null, isExpected: nobodyIs },
      { name: 'revoked key', authorization: revoked.authorization, isExpected: nobodyIs },
      {
        name: 'forged token',
        authorization: `${viewer.slice(0, -6)}AAAAAA`,
        isExpected: nobodyIs,
      },
      {
        name: 'viewer',
        authorization: viewer,
        isExpected: ({ role }, { status }) => {
          if (role === null) return true;
          return RANK[role] > RANK.viewer ? status === 403 : status !== 401;
        },
      },
      {
        name: 'stranger',
        authorization: stranger,
        isExpected: (operation, { status, text }) => {
          const { role } = operation;
          if (role === null) return true;
          if (!namesOneThing(operation)) return RANK[role] > RANK.creator ? status === 403 : !mentions(text, things);
          // A thing of another organization is not there. Who may not call at all may be told that first.
          return RANK[role] > RANK.creator ? status === 403 || status === 404 : status === 404;
        },
      },
      {
        name: 'key of another stream',
        authorization: bound.authorization,
        isExpected: ({ role }, { status }) => role === null || status === 403 || status === 404,
      },
      {
        name: 'reading key',
        authorization: reading.authorization,
        isExpected: ({ role, scope }, { status }) =>
          role === null || (scope === 'read' ? status !== 401 : status === 403),
      },
    ];
  });

  after(() => world?.stop());

  it('is in a document that is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(world.document.json) as never);
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
    const ids = world.document.operations.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(ids)).to.have.length(ids.length);
    expect(ids).to.include.members(['POST /v1/streams', 'GET /v1/events/stream']);
  });

  it('lets nobody in who should not be, and answers as it says', async () => {
    const matrix: string[][] = [['', ...walkers.map(({ name }) => name)]];
    const wrong: string[] = [];
    for (const operation of inOrder(world.document.operations)) {
      const row = [`${operation.method} ${operation.path}`];
      matrix.push(row);
      for (const { name, authorization, isExpected } of walkers) {
        const answered = await world.document.call(operation, {
          ...request(operation, things),
          headers: { 'x-forwarded-for': anyAddress(), ...(authorization ? { authorization } : {}) },
        });
        row.push(String(answered.status));
        const complaint = world.document.complaint(operation, answered);
        if (complaint) wrong.push(`${row[0]} by ${name}: ${complaint}`);
        if (!isExpected(operation, answered)) wrong.push(`${row[0]} by ${name}: ${answered.status} ${answered.text}`);
      }
    }
    if (process.env.WALK_MATRIX || wrong.length > 0) process.stdout.write(`${table(matrix)}\n`);
    expect(wrong).to.deep.equal([]);
  });

  it('is about things that are there: their owner reads every one, and the same condition fails for each that is versioned', async () => {
    const authorization = await logIn(world);
    const wrong: string[] = [];
    const versioned = new Set<string>();
    for (const operation of inOrder(world.document.operations)) {
      const heedsMatch = operation.parameters.some(({ name }) => name === 'If-Match');
      if (operation.method !== 'GET' && !heedsMatch) continue;
      const headers = { authorization, ...(heedsMatch ? { 'if-match': '"another"' } : {}) };
      const answered = await world.document.call(operation, { ...request(operation, things), headers });
      const name = `${operation.method} ${operation.path}`;
      const complaint = world.document.complaint(operation, answered);
      if (complaint) wrong.push(`${name}: ${complaint}`);
      if (heedsMatch) {
        versioned.add(name);
        if (answered.status !== 412) wrong.push(`${name}: ${answered.status} with another version`);
      } else if ([401, 403, 404, 422].includes(answered.status)) {
        wrong.push(`${name}: ${answered.status} ${answered.text}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect([...versioned]).to.include.members(['PATCH /v1/streams/{id}', 'DELETE /v1/streams/{id}']);
  });
});

/** What changes the caller itself comes last. */
function inOrder(operations: Operation[]): Operation[] {
  const rank = ({ method, path }: Operation) => (method === 'GET' ? 0 : /^\/v1\/(auth|me)\b/.test(path) ? 2 : 1);
  return [...operations].sort((a, b) => rank(a) - rank(b));
}

/** A right request about the things; the same each time. */
function request(operation: Operation, things: Things) {
  const params: Record<string, string> = {};
  const words = operation.path.split('/');
  for (const [at, word] of words.entries()) {
    const name = /^\{(\w+)\}$/.exec(word)?.[1];
    if (name === undefined) continue;
    const kind = words[at - 1] ?? '';
    const id = things[kind];
    if (id === undefined) throw new Error(`${operation.path} names a thing of ${kind}: make one in makeThings.`);
    params[name] = id;
  }
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, schema }): [string, string] => [name, String(sample(schema))]);
  return { params, query, ...(operation.body ? { body: sample(operation.body) } : {}) };
}

function sample(schema: Parameters<typeof fitting>[0]): unknown {
  return fc.sample(fitting(schema), { numRuns: 1, seed: 7 })[0];
}

function mentions(text: string, things: Things): boolean {
  return Object.values(things).some((id) => text.includes(id));
}

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
