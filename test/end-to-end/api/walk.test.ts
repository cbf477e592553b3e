/** Every route of a real server, called by those who may not: nobody is let in who should not be, and every answer is as documented. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Role } from '#plugin-api';
import { RANK } from '../../../core/http/access.ts';
import type { Answered, Call, Operation } from './document.ts';
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
  /** Another Authorization, for a person whose logins a route has ended. */
  renew?: () => Promise<string>;
  isExpected(operation: Operation, answered: Answered): boolean;
}

/** Open routes by which one becomes somebody. What else is open must ask for something of its own, as a token in the query. */
const isForAnybody = ({ method, path }: Operation) => method === 'OPTIONS' || /^\/v1\/(auth|invitations)\//.test(path);
/** What resumable uploads want with each request (tus 1.0). */
const TUS = { 'tus-resumable': '1.0.0', 'upload-length': '10', 'upload-offset': '0' };
const isOpen = ({ role }: Operation) => role === null;
const namesOneThing = ({ parameters }: Operation) => parameters.some((parameter) => parameter.in === 'path');

describe('every route', function () {
  this.timeout(300_000);
  let world: World;
  let things: Things;
  let walkers: Walker[];
  /** Owner of another organization. */
  let strange: { authorization: string; renew: () => Promise<string> };

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
    const person = async (organization: string, role: Role) => {
      const renew = await makePerson(world, organization, role);
      return { authorization: await renew(), renew };
    };
    const viewer = await person(organizationId, 'viewer');
    strange = await person(theirs, 'owner');

    const nobodyIs = (operation: Operation, { status }: Answered) =>
      isOpen(operation) ? status >= 400 || isForAnybody(operation) : status === 401;
    const elsewhere =
      (own: Role) =>
      (operation: Operation, { status, text }: Answered) => {
        const { role } = operation;
        if (role === null) return true;
        const may = RANK[role] <= RANK[own];
        if (!namesOneThing(operation)) return may ? status !== 401 && !mentions(text, things) : status === 403;
        // A thing of another organization is not there. Who may not call at all may be told that first.
        return status === 404 || (status === 403 && !may);
      };
    walkers = [
      { name: 'nobody', authorization: null, isExpected: nobodyIs },
      { name: 'revoked key', authorization: revoked.authorization, isExpected: nobodyIs },
      {
        name: 'forged token',
        authorization: `${viewer.authorization.slice(0, -6)}AAAAAA`,
        isExpected: nobodyIs,
      },
      {
        name: 'viewer',
        ...viewer,
        isExpected: ({ role }, { status }) => {
          if (role === null) return true;
          return RANK[role] > RANK.viewer ? status === 403 : status !== 401;
        },
      },
      { name: 'creator elsewhere', ...(await person(theirs, 'creator')), isExpected: elsewhere('creator') },
      { name: 'owner elsewhere', ...strange, isExpected: elsewhere('owner') },
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

  /** Calls as the walker, from an address of its own; once more where its logins were ended before. */
  async function walk(
    walker: Pick<Walker, 'authorization' | 'renew'>,
    operation: Operation,
    call: Call,
  ): Promise<Answered> {
    const once = () => {
      const { authorization } = walker;
      const headers = { ...TUS, 'x-forwarded-for': anyAddress(), ...(authorization ? { authorization } : {}) };
      return world.document.call(operation, { ...call, headers });
    };
    const answered = await once();
    if (answered.status !== 401 || operation.role === null || !walker.renew) return answered;
    walker.authorization = await walker.renew();
    return once();
  }

  function operationOf(method: string, path: string): Operation {
    const found = world.document.operations.find((one) => one.method === method && one.path === path);
    if (!found) throw new Error(`there is no ${method} ${path}`);
    return found;
  }

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
      for (const walker of walkers) {
        const answered = await walk(walker, operation, request(operation, things));
        row.push(String(answered.status));
        const complaint = world.document.complaint(operation, answered);
        if (complaint) wrong.push(`${row[0]} by ${walker.name}: ${complaint}`);
        if (!walker.isExpected(operation, answered))
          wrong.push(`${row[0]} by ${walker.name}: ${answered.status} ${answered.text}`);
      }
    }
    if (process.env.WALK_MATRIX || wrong.length > 0) process.stdout.write(`${table(matrix)}\n`);
    expect(wrong).to.deep.equal([]);
  });

  it('finds nothing of another organization by ids in a body, in a query, or behind a thing of its own', async () => {
    strange.authorization = await strange.renew();
    const made = await walk(strange, operationOf('POST', '/v1/streams'), { body: { title: 'Theirs' } });
    const own: Things = { streams: (JSON.parse(made.text) as { id: string }).id };
    const wrong: string[] = [];
    let tried = 0;
    for (const operation of inOrder(world.document.operations).filter(({ role }) => role !== null)) {
      for (const call of [...byReference(operation, things, own), ...behindOwn(operation, things, own)]) {
        tried += 1;
        const { status, text } = await walk(strange, operation, call);
        const found = status < 300 && (operation.method !== 'GET' || mentions(text, things));
        if (found) wrong.push(`${operation.method} ${operation.path} with ${JSON.stringify(call)}: ${status} ${text}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(tried).to.be.at.least(5);
  });

  it('refuses members, parameters and cursors that it does not know, each by its pointer', async () => {
    const authorization = await logIn(world);
    const wrong: string[] = [];
    let lists = 0;
    for (const operation of inOrder(world.document.operations)) {
      const call = request(operation, things);
      const attempts: [string, Call][] = [['/query/unknown', { ...call, query: [...call.query, ['unknown', '1']] }]];
      if (operation.body?.properties) {
        attempts.push(['/body/unknown', { ...call, body: { ...(call.body as object), unknown: 1 } }]);
      }
      if (operation.parameters.some(({ name }) => name === 'cursor')) {
        lists += 1;
        attempts.push(['/query/cursor', { ...call, query: [['cursor', 'bm9uc2Vuc2U']] }]);
      }
      for (const [pointer, attempt] of attempts) {
        const headers = { ...TUS, authorization, 'x-forwarded-for': anyAddress() };
        const { status, text } = await world.document.call(operation, { ...attempt, headers });
        const found = status === 422 && (operation.method === 'HEAD' || text.includes(`"pointer":"${pointer}"`));
        if (!found) wrong.push(`${operation.method} ${operation.path} ${pointer}: ${status} ${text}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(lists, 'lists that page').to.be.at.least(6);
  });

  it('is about things that are there: their owner reads every one, and the same condition fails for each that is versioned', async () => {
    const authorization = await logIn(world);
    const wrong: string[] = [];
    const versioned = new Set<string>();
    for (const operation of inOrder(world.document.operations)) {
      const heedsMatch = operation.parameters.some(({ name }) => name === 'If-Match');
      if (!['GET', 'HEAD', 'OPTIONS'].includes(operation.method) && !heedsMatch) continue;
      const headers = { ...TUS, authorization, ...(heedsMatch ? { 'if-match': '"another"' } : {}) };
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

/** `stream_id` names one of `streams`. */
const kindOf = (name: string) => (name.endsWith('_id') ? `${name.slice(0, -3)}s` : '');

/** Requests about own things that name one of the others' in the body or the query, one at a time. */
function byReference(operation: Operation, things: Things, own: Things): Call[] {
  if (operation.parameters.some(({ name, in: place }) => place === 'path' && name !== 'id')) return [];
  const base = request(operation, { ...things, ...own });
  const isRef = (name: string) => things[kindOf(name)] !== undefined;
  const inQuery = operation.parameters
    .filter((parameter) => parameter.in === 'query' && isRef(parameter.name))
    .map(({ name }): Call => ({ ...base, query: [...base.query, [name, things[kindOf(name)]!]] }));
  const members = Object.entries(operation.body?.properties ?? {});
  const harmless = Object.fromEntries(
    members.filter(([name]) => !isRef(name)).map(([name, schema]) => [name, sample(schema)]),
  );
  const inBody = members
    .filter(([name]) => isRef(name))
    .map(([name]): Call => ({ ...base, body: { ...harmless, start: 0, end: 1, [name]: things[kindOf(name)] } }))
    .map((call) => ({ ...call, body: keep(call.body, operation.body?.properties ?? {}) }));
  return [...inQuery, ...inBody];
}

/** Requests that name the others' thing behind a thing of one's own: `/streams/<own>/keys/<theirs>`. */
function behindOwn(operation: Operation, things: Things, own: Things): Call[] {
  const [first, second] = operation.parameters.filter((parameter) => parameter.in === 'path');
  const kind = operation.path.split('/')[2] ?? '';
  if (!first || !second || own[kind] === undefined) return [];
  const call = request(operation, things);
  return [{ ...call, params: { ...call.params, [first.name]: own[kind] } }];
}

function keep(value: unknown, properties: object): object {
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => name in properties));
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
