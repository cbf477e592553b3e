/** Every route of a real server, called by its owner with what its schema takes and with what it nearly takes: never a 500. */
import { expect } from 'chai';
import fc, { type Arbitrary } from 'fast-check';
import type { Call, Operation } from './document.ts';
import { fitting, unfitting } from './values.ts';
import { anyAddress, logIn, makeThings, startWorld, type Things, type World } from './world.ts';

/** Calls a route; enough to find what is easily found. A failure names the seed and the path that lead there. */
const CALLS = 25;

describe('no route', function () {
  this.timeout(600_000);
  let world: World;
  let things: Things;

  before(async () => {
    world = await startWorld();
    things = await makeThings(world);
  });

  after(() => world?.stop());

  it('fails, or answers other than it says, whatever it is sent', async () => {
    let authorization = await logIn(world);
    const wrong: string[] = [];
    for (const operation of inOrder(world.document.operations)) {
      const property = fc.asyncProperty(calls(operation, things), async (call) => {
        const headers = { authorization, 'x-forwarded-for': anyAddress(), ...call.headers };
        const answered = await world.document.call(operation, { ...call, headers });
        // Some routes end the login that calls them.
        if (answered.status === 401 && operation.role !== null) authorization = await logIn(world);
        expect(world.document.complaint(operation, answered)).to.equal(null);
      });
      await fc.assert(property, { numRuns: CALLS, endOnFailure: true }).catch((error: Error) => {
        wrong.push(`${operation.method} ${operation.path}: ${error.message}\n${String(error.cause ?? '')}`);
      });
    }
    expect(wrong.join('\n\n')).to.equal('');
    expect(world.server.process.exitCode, 'the server is still there').to.equal(null);
  });

  it('fails at bodies that are no JSON, or of another type, or at odd headers', async () => {
    const authorization = await logIn(world);
    const bodies = ['{', 'null', '[]', '"x"', '{"a":', '\u0000', '{"__proto__":{}}', '['.repeat(100_000), '1e999', ''];
    const types = ['application/json', 'application/json; charset=klingon', 'text/plain', 'application/xml', 'x'];
    const wrong: string[] = [];
    for (const operation of world.document.operations.filter(({ body }) => body !== null)) {
      for (const [at, body] of bodies.entries()) {
        const headers = { authorization, 'x-forwarded-for': anyAddress(), 'content-type': types[at % types.length]! };
        const response = await fetch(world.server.url + fill(operation, things), {
          method: operation.method,
          headers,
          body,
        });
        const answered = { status: response.status, headers: response.headers, text: await response.text() };
        const complaint = world.document.complaint(operation, answered);
        if (complaint)
          wrong.push(`${operation.method} ${operation.path} ${JSON.stringify(body.slice(0, 20))}: ${complaint}`);
      }
    }
    expect(wrong).to.deep.equal([]);
  });
});

/** What deletes comes late, what ends logins last. */
function inOrder(operations: Operation[]): Operation[] {
  const rank = ({ method, path }: Operation) => {
    if (/^\/v1\/(auth|me)\b/.test(path) && method !== 'GET') return 3;
    return method === 'DELETE' ? 2 : method === 'GET' ? 0 : 1;
  };
  return [...operations].sort((a, b) => rank(a) - rank(b));
}

/** Calls that are right, and calls of which one part is not. */
function calls(operation: Operation, things: Things): Arbitrary<Call> {
  const body = operation.body ?? {};
  return fc.oneof(
    { weight: 2, arbitrary: made(operation, things, fitting(body), fitting) },
    { weight: 3, arbitrary: made(operation, things, unfitting(body), fitting) },
    { weight: 2, arbitrary: made(operation, things, fitting(body), unfitting) },
  );
}

function made(
  operation: Operation,
  things: Things,
  body: Arbitrary<unknown>,
  values: (schema: Operation['parameters'][number]['schema']) => Arbitrary<unknown>,
): Arbitrary<Call> {
  const named = operation.parameters.filter((parameter) => parameter.in === 'query');
  const query = fc
    .tuple(
      ...named.map(({ name, schema, required }) =>
        fc.tuple(fc.constant(name), fc.option(values(schema)), fc.constant(required)),
      ),
    )
    .map((members) =>
      members
        .filter(([, value, required]) => required || value !== null)
        .map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
  // Seldom, since most of them are refused before anything else is looked at.
  const headers = fc.oneof(
    { weight: 7, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...HEADERS), headerText, { minKeys: 1, maxKeys: 2 }) },
  );
  const params = fc.record(
    Object.fromEntries(realParams(operation, things).map(([name, id]) => [name, fc.oneof(fc.constant(id), pathText)])),
  );
  return fc.record({ params, query, body, headers });
}

const HEADERS = ['idempotency-key', 'if-match', 'if-none-match', 'last-event-id', 'range', 'accept-encoding', 'cookie'];
const headerText = fc.string({ unit: 'grapheme-ascii', maxLength: 300 }).map((text) => text.trim());
/** Not empty and not dots, which are another path. */
const pathText = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/^\.+$/.test(text));

function realParams({ path }: Operation, things: Things): [string, string][] {
  const words = path.split('/');
  return words.flatMap((word, at): [string, string][] => {
    const name = /^\{(\w+)\}$/.exec(word)?.[1];
    return name === undefined ? [] : [[name, things[words[at - 1] ?? ''] ?? 'unknown']];
  });
}

function fill(operation: Operation, things: Things): string {
  const params = Object.fromEntries(realParams(operation, things));
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
}
