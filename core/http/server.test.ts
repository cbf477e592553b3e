/** The HTTP room over real sockets: what good and bad requests get. */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { type Caller, type LivestreamsError, Type } from '#plugin-api';
import { createLogger } from '../log.ts';
import { createHttp, createMetrics, type Http, type HttpOptions, RouteTable } from './index.ts';

const owner: Caller = { userId: 'usr_1', organizationId: 'org_1', role: 'owner', apiKey: null };
const viewer: Caller = { ...owner, role: 'viewer' };
const Song = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 20 }),
  loud: Type.Boolean({ default: false }),
});

interface Problem {
  code: string;
  status: number;
  type: string;
  request_id: string;
  errors: { pointer: string; detail: string }[];
}

interface OpenApi {
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      {
        security: unknown;
        parameters: object[];
        requestBody: { content: Record<string, { schema: object }> };
      }
    >
  >;
}

describe('http', () => {
  let lines: string[];
  let http: Http;
  let url: string;
  let ready: boolean;
  let aborted: Promise<void>;
  let slowStarted: Promise<void>;

  const start = async (options: Partial<HttpOptions> = {}, more: (routes: RouteTable) => void = () => {}) => {
    const routes = new RouteTable();
    songRoutes(routes);
    more(routes);
    http = createHttp({
      config: {
        host: '127.0.0.1',
        httpPort: 0,
        publicUrl: 'http://x',
        trustedProxies: ['127.0.0.1'],
        corsOrigins: ['*'],
      },
      log: createLogger({ level: 'debug', pretty: false, write: (line) => lines.push(line) }),
      routes,
      authenticate: async ({ headers }) =>
        ({ 'Bearer owner': owner, 'Bearer viewer': viewer })[headers.authorization ?? ''] ?? null,
      metrics: createMetrics(),
      version: '1.2.3',
      checkAnswers: true,
      ready: { database: async () => ready || Promise.reject(new Error('gone')) },
      ...options,
    });
    url = `http://127.0.0.1:${(await http.listen()).port}`;
  };

  function songRoutes(routes: RouteTable): void {
    routes.route({
      method: 'POST',
      path: '/songs',
      summary: 'Writes a song.',
      access: 'creator',
      body: Song,
      answers: { 201: Song },
      handle: async ({ body }) => ({ status: 201, body, headers: { Location: '/v1/songs/1' } }),
    });
    routes.route({
      method: 'GET',
      path: '/songs/:number',
      summary: 'Reads a song.',
      access: 'anyone',
      params: Type.Object({ number: Type.Integer({ minimum: 1 }) }),
      query: Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 5 })) }),
      answers: { 200: Type.Object({ number: Type.Integer(), limit: Type.Integer(), from: Type.String() }) },
      handle: async ({ params, query, remoteAddress }) => ({
        status: 200,
        body: { number: params.number, limit: query.limit ?? 1, from: remoteAddress },
      }),
    });
    routes.route({
      method: 'PATCH',
      path: '/tapes',
      summary: 'Records bytes as they come.',
      access: 'creator',
      bytes: 'application/octet-stream',
      answers: { 200: Type.Object({ size: Type.Integer() }) },
      async handle({ stream }) {
        let size = 0;
        for await (const chunk of stream) size += (chunk as Buffer).length;
        return { status: 200, body: { size } };
      },
    });
    routes.route({
      method: 'GET',
      path: '/broken',
      summary: 'Fails.',
      access: 'anyone',
      answers: { 200: null },
      handle: () => Promise.reject(new Error('the password is hunter2')),
    });
    routes.route({
      method: 'GET',
      path: '/wrong',
      summary: 'Answers what it did not promise.',
      access: 'anyone',
      answers: { 200: Type.Object({ a: Type.String() }) },
      handle: async () => ({ status: 200, body: { a: 1 } }),
    });
    routes.route({
      method: 'GET',
      path: '/slow',
      summary: 'Waits until it is told to stop.',
      access: 'anyone',
      timeout: 0.05,
      answers: { 200: null },
      handle: ({ signal }) => untilAborted(signal),
    });
    let started = () => {};
    let noticed = () => {};
    slowStarted = new Promise((resolve) => {
      started = resolve;
    });
    aborted = new Promise((resolve) => {
      noticed = resolve;
    });
    routes.route({
      method: 'GET',
      path: '/patient',
      summary: 'Waits for long.',
      access: 'anyone',
      answers: { 200: null },
      handle: ({ signal }) => {
        signal.addEventListener('abort', () => noticed());
        started();
        return untilAborted(signal);
      },
    });
  }

  const call = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(url + path, { ...init, headers: { authorization: 'Bearer owner', ...init.headers } });
  const post = (body: string, headers: Record<string, string> = {}) =>
    call('/v1/songs', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const problem = async (response: Response, status: number): Promise<Problem> => {
    expect(response.headers.get('content-type')).to.contain('application/problem+json');
    const body = (await response.json()) as Problem;
    expect(response.status).to.equal(status);
    expect(body.status).to.equal(status);
    expect(body.request_id).to.equal(response.headers.get('x-request-id'));
    expect(body.type).to.equal(`/v1/docs#${body.code}`);
    return body;
  };

  beforeEach(() => {
    lines = [];
    ready = true;
  });
  afterEach(() => http.stop());

  it('hands a body that is no JSON to its route as it comes, larger than any JSON may be', async () => {
    await start();
    const tape = { method: 'PATCH', headers: { authorization: 'Bearer owner' }, body: new Uint8Array(3 << 20) };
    const answer = await fetch(`${url}/v1/tapes`, tape);
    expect(await answer.json()).to.deep.equal({ size: 3 << 20 });
    expect((await fetch(`${url}/v1/tapes`, { ...tape, headers: {} })).status).to.equal(401);
    const { paths } = (await (await fetch(`${url}/v1/openapi.json`)).json()) as OpenApi;
    expect(paths['/v1/tapes']!.patch!.requestBody.content).to.have.all.keys('application/octet-stream');
  });

  it('answers a good request, with defaults filled in', async () => {
    await start();
    const response = await post('{"title":"Ode"}');
    expect(response.status).to.equal(201);
    expect(response.headers.get('location')).to.equal('/v1/songs/1');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(await response.json()).to.deep.equal({ title: 'Ode', loud: false });
  });

  it('turns texts of path and query into numbers', async () => {
    await start();
    expect(await (await call('/v1/songs/7?limit=3')).json()).to.include({ number: 7, limit: 3 });
    const { errors } = await problem(await call('/v1/songs/x?limit=9&lmit=1'), 422);
    expect(errors).to.have.deep.members([
      { pointer: '/params/number', detail: 'expected an integer, found "x"' },
      { pointer: '/query/limit', detail: 'expected at most 5, found 9' },
      { pointer: '/query/lmit', detail: 'is unknown; did you mean "limit"?' },
    ]);
  });

  it('points at each wrong place of a body, and coerces nothing in it', async () => {
    await start();
    const { errors } = await problem(await post('{"loud":"true","tilte":"x"}'), 422);
    expect(errors.map(({ pointer }) => pointer)).to.have.members(['/body/title', '/body/loud', '/body/tilte']);
    await problem(await post('{"title":"a\\u0000b"}'), 422);
    await problem(await post('{"title":"a","__proto__":{"admin":true}}'), 400);
  });

  it('refuses what no schema takes, wherever it stands', async () => {
    await start();
    const pointers = async (response: Response) =>
      (await problem(response, 422)).errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
    const deep = `{"title":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect((await pointers(await post(deep))).join()).to.match(/^\/body\/title(\/0)+ is nested deeper than 32 levels$/);
    expect((await pointers(await post('{"a/b":{"c~":"\\u0000"}}'))).join()).to.match(
      /^\/body\/a~1b\/c~0 expected a text without/,
    );
    expect((await pointers(await post('{"title":"\\ud800"}'))).join()).to.match(
      /^\/body\/title expected a text without/,
    );
    expect(await pointers(await call('/v1/broken?x=1'))).to.deep.equal(['/query/x is unknown']);
    expect(await pointers(await call('/v1/songs/1?limit=1&limit=2'))).to.deep.equal([
      '/query/limit expected an integer, found ["1","2"]',
    ]);
  });

  it('takes no If-Match where nothing has an ETag', async () => {
    await start();
    const { code } = await problem(await post('{"title":"Ode"}', { 'if-match': '"x"' }), 412);
    expect(code).to.equal('LS_PRECONDITION_FAILED');
    expect((await post('{"title":"Ode"}', { 'if-match': '*' })).status).to.equal(201);
  });

  it('refuses bodies that are malformed, of another type, too large, or cut short', async () => {
    await start();
    expect((await problem(await post('{"title":'), 400)).code).to.equal('LS_BODY_MALFORMED');
    expect((await problem(await post('title=x', { 'content-type': 'text/plain' }), 415)).code).to.match(/MEDIA_TYPE/);
    expect((await problem(await post(JSON.stringify({ title: 'x'.repeat(2_000_000) })), 413)).code).to.match(
      /TOO_LARGE/,
    );
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(
      'POST /v1/songs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer owner\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"ti',
    );
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect((await post('{"title":"Ode"}')).status).to.equal(201);
  });

  it('asks who calls before it reads what is sent, and honours roles', async () => {
    await start();
    const without = await post('{"title":', { authorization: '' });
    expect(without.headers.get('www-authenticate')).to.equal('Bearer');
    expect((await problem(without, 401)).code).to.equal('LS_UNAUTHENTICATED');
    await problem(await post('{"title":"x"}', { authorization: 'Bearer forged' }), 401);
    await problem(await post('{"title":"x"}', { authorization: 'Bearer viewer' }), 403);
    expect((await call('/v1/songs/1', { headers: { authorization: 'Bearer forged' } })).status).to.equal(200);
  });

  it('has problems for unknown paths and methods', async () => {
    await start();
    expect((await problem(await call('/v1/nothing'), 404)).code).to.equal('LS_NOT_FOUND');
    const response = await call('/v1/songs', { method: 'DELETE' });
    expect(response.headers.get('allow')).to.equal('POST');
    await problem(response, 405);
    await problem(await call('/v1/songs/%E0%A4%A'), 422);
  });

  it('tells nothing of its own faults, but logs them at the request id', async () => {
    await start();
    const response = await call('/v1/broken', { headers: { 'x-request-id': 'trace-1' } });
    const body = await problem(response, 500);
    expect(body.request_id).to.equal('trace-1');
    expect(JSON.stringify(body)).not.to.contain('hunter2');
    expect(lines.find((line) => line.includes('"error"'))).to.contain('trace-1');
    await problem(await call('/v1/wrong'), 500);
    expect(lines.join('')).to.contain('/a expected a text, found 1');
  });

  it('gives no forged request id back', async () => {
    await start();
    const response = await call('/v1/songs/1', { headers: { 'x-request-id': 'a b' } });
    expect(response.headers.get('x-request-id')).to.match(/^req_[0-9a-f]{32}$/);
  });

  it('ends a route that takes too long, and tells the handler', async () => {
    await start();
    expect((await problem(await call('/v1/slow'), 503)).code).to.equal('LS_TIMED_OUT');
  });

  it('tells the handler that the client is gone, and keeps the log quiet about it', async () => {
    await start();
    const request = httpRequest(`${url}/v1/patient`).on('error', () => {});
    request.end();
    await slowStarted;
    request.destroy();
    await aborted;
    expect(lines.filter((line) => line.includes('"level":"error"'))).to.deep.equal([]);
  });

  it('believes X-Forwarded-For only from named proxies, and only from its end', async () => {
    await start();
    const headers = { 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 127.0.0.1' };
    expect(await (await call('/v1/songs/1', { headers })).json()).to.include({ from: '203.0.113.9' });
    await http.stop();
    await start({
      config: { host: '127.0.0.1', httpPort: 0, publicUrl: 'http://x', trustedProxies: [], corsOrigins: ['*'] },
    });
    expect(await (await call('/v1/songs/1', { headers })).json()).to.include({ from: '127.0.0.1' });
  });

  it('lets pages of other origins call, as configured', async () => {
    await start();
    const preflight = await fetch(`${url}/v1/songs`, {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('*');
    expect(preflight.headers.get('access-control-allow-credentials')).to.equal(null);
    await http.stop();
    const corsOrigins = ['https://a.example'];
    await start({ config: { host: '127.0.0.1', httpPort: 0, publicUrl: 'http://x', trustedProxies: [], corsOrigins } });
    const allowed = async (origin: string) =>
      (await call('/v1/songs/1', { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('https://a.example')).to.equal('https://a.example');
    expect(await allowed('https://b.example')).to.equal(null);
  });

  it('says whether it is well, whether it is ready, and what it measured', async () => {
    await start();
    expect((await call('/healthz')).status).to.equal(200);
    expect((await call('/readyz')).status).to.equal(200);
    ready = false;
    const notReady = await call('/readyz');
    expect(notReady.status).to.equal(503);
    expect(await notReady.json()).to.deep.equal({ status: 'not_ready', checks: { database: 'failed' } });
    await call('/v1/songs/1');
    expect(await (await call('/metrics')).text()).to.match(
      /livestreams_http_request_seconds_count\{method="GET",route="\/v1\/songs\/:number",status="200"\} 1/,
    );
  });

  it('describes itself from the schemas that validate', async () => {
    await start();
    const document = (await (await call('/v1/openapi.json')).json()) as OpenApi;
    expect(document).to.include({ openapi: '3.1.0' });
    const operation = document.paths['/v1/songs']?.post;
    expect(operation?.requestBody.content['application/json']?.schema).to.deep.include({ additionalProperties: false });
    expect(operation?.security).to.deep.equal([{ bearer: [] }, { session: [] }, { apiKey: [] }]);
    expect(operation).to.include({ 'x-role': 'creator', 'x-scope': 'manage' });
    expect(document.paths['/v1/songs/{number}']?.get?.parameters[0]).to.deep.include({ in: 'path', required: true });
    const page = await (await call('/v1/docs')).text();
    expect(page).to.contain('POST /v1/songs').and.contain('id="LS_NOT_FOUND"').and.not.contain('<script');
  });

  it('offers each request to playback first, and to the pages last', async () => {
    await start({
      origin: {
        handle: (request, response) => {
          if (!request.url?.startsWith('/live/')) return false;
          response.end('playback');
          return true;
        },
      },
      pages: async (ctx, next) => {
        if (ctx.path !== '/') return next();
        ctx.body = 'page';
      },
    });
    expect(await (await call('/live/x')).text()).to.equal('playback');
    expect(await (await call('/')).text()).to.equal('page');
    await problem(await call('/other'), 404);
  });

  it('logs no query, header or body', async () => {
    await start();
    await call('/v1/songs/1?token=hunter2', { headers: { authorization: 'Bearer hunter2' } });
    await post('{"title":"hunter2"}');
    expect(lines.join('')).to.contain('/v1/songs/1').and.not.contain('hunter2');
  });

  it('says in one sentence that its port is taken', async () => {
    await start();
    const { port } = new URL(url);
    const second = createHttp({
      config: { host: '127.0.0.1', httpPort: Number(port), publicUrl: '', trustedProxies: [], corsOrigins: [] },
      log: createLogger({ level: 'error' }),
      routes: new RouteTable(),
      authenticate: async () => null,
      metrics: createMetrics(),
      version: '0',
    });
    const error: LivestreamsError = await second.listen().then(
      () => expect.fail('it listens'),
      (thrown) => thrown,
    );
    expect(error.code).to.equal('LS_PORT_UNAVAILABLE');
    expect(error.message).to.match(new RegExp(`^Port ${port} is in use`));
  });

  it('names the route whose schema cannot be used', async () => {
    await start();
    const routes = new RouteTable();
    const body = Type.Object({ a: Type.String({ colour: 'red' }) });
    routes.forPlugin('odd').route({
      method: 'POST',
      path: '/odd',
      summary: '',
      access: 'viewer',
      body,
      answers: {},
      handle: async () => ({ status: 204 }),
    });
    expect(() =>
      createHttp({
        config: { host: '127.0.0.1', httpPort: 0, publicUrl: '', trustedProxies: [], corsOrigins: [] },
        log: createLogger({ level: 'error' }),
        routes,
        authenticate: async () => null,
        metrics: createMetrics(),
        version: '0',
      }),
    ).to.throw(/POST \/odd of odd has a wrong schema.*"colour"/);
  });

  it('stops though clients hold connections open', async () => {
    await start();
    await call('/healthz');
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.on('error', () => {});
    await http.stop();
    expect(http.server.listening).to.equal(false);
  });
});

describe('route table', () => {
  const definition = {
    method: 'GET',
    summary: '',
    access: 'anyone',
    answers: {},
    handle: async () => ({ status: 204 }),
  } as const;
  const params = Type.Object({ id: Type.String() });

  it('holds plugins to their own paths', () => {
    const routes = new RouteTable();
    const plugin = routes.forPlugin('webhooks');
    plugin.route({ ...definition, path: '/webhooks' });
    plugin.route({ ...definition, path: '/webhooks/:id', params });
    plugin.route({ ...definition, path: '/streams/:id/targets', params });
    expect(() => plugin.route({ ...definition, path: '/users' })).to.throw(/webhooks registers GET \/users/);
    expect(() => plugin.route({ ...definition, path: '/webhooksx' })).to.throw(/webhooks registers/);
    expect(() => plugin.route({ ...definition, path: '/streams/:id', params })).to.throw(/webhooks registers/);
    expect(routes.all.map(({ owner }) => owner)).to.deep.equal(['webhooks', 'webhooks', 'webhooks']);
  });

  it('lets a plugin have further paths that it states', () => {
    const plugin = new RouteTable().forPlugin('vod', ['uploads']);
    plugin.route({ ...definition, path: '/uploads/:id', params });
    expect(() => plugin.route({ ...definition, path: '/downloads' })).to.throw(/below \/vod or \/uploads/);
  });

  it('refuses two routes at one place, and parameters without a schema', () => {
    const routes = new RouteTable();
    routes.route({ ...definition, path: '/streams/:id/keys', params });
    const other = { ...definition, path: '/streams/:stream/keys', params: Type.Object({ stream: Type.String() }) };
    expect(() => routes.forPlugin('x').route(other)).to.throw(/already registered by core/);
    expect(() => routes.route({ ...definition, path: '/songs/:id' })).to.throw(/parameters \[id\]/);
  });
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
