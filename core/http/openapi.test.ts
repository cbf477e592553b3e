/** The OpenAPI document of routes that need all of it. */
import { expect } from 'chai';
import { Type } from '#plugin-api';
import { openApiDocument } from './openapi.ts';
import { RouteTable } from './route-table.ts';

interface Operation {
  security: object[];
  parameters: Record<string, unknown>[];
  requestBody: { required: boolean; content: Record<string, { schema: { required?: string[] } }> };
  responses: Record<string, { headers?: object; $ref?: string }>;
  [extension: `x-${string}`]: unknown;
}

describe('the OpenAPI document', () => {
  const Song = Type.Object({
    title: Type.String(),
    loud: Type.Boolean({ default: false }),
    band: Type.Object({ name: Type.String(), size: Type.Integer({ default: 4 }) }),
  });
  const params = Type.Object({ id: Type.String() });
  const handle = async () => ({ status: 200 });
  const routes = new RouteTable();
  const add = { summary: 'A song.', handle } as const;
  routes.route({ ...add, method: 'POST', path: '/songs', access: 'creator', body: Song, answers: { 201: Song } });
  routes.route({
    ...add,
    method: 'PATCH',
    path: '/songs/:id',
    versioned: true,
    access: 'owner',
    params,
    answers: { 200: Song },
  });
  routes.route({
    ...{ ...add, method: 'GET', path: '/songs/:id', versioned: true, access: 'viewer', params, streamParam: 'id' },
    query: Type.Object({ limit: Type.Integer({ default: 25 }), from: Type.Integer() }),
    answers: { 200: Song },
  });
  routes.route({
    ...{ ...add, method: 'POST', path: '/polls', access: 'anyone', answers: { 201: null } },
    body: Type.Object({ title: Type.Optional(Type.String()) }),
  });
  const document = openApiDocument(routes.all, { version: '1', publicUrl: 'https://live.example' });
  const paths = document.paths as Record<string, Record<string, Operation>>;
  const ref = (name: string) => ({ $ref: `#/components/${name}` });

  it('asks for no more than a client must send, and promises all that is answered', () => {
    const { requestBody, responses } = paths['/v1/songs']!.post!;
    const sent = requestBody.content['application/json']!.schema as {
      properties?: Record<string, { required: string[] }>;
    };
    expect(sent).to.have.property('required').that.deep.equals(['title', 'band']);
    expect(sent.properties?.band?.required).to.deep.equal(['name']);
    expect(responses[201]).to.have.nested.property('content.application/json.schema.required').with.length(3);
    expect(requestBody.required).to.equal(true);
    expect(paths['/v1/polls']!.post!.requestBody.required).to.equal(false);
    const query = paths['/v1/songs/{id}']!.get!.parameters.filter((parameter) => parameter.in === 'query');
    expect(query.map(({ name, required }) => [name, required])).to.deep.equal([
      ['limit', false],
      ['from', true],
    ]);
  });

  it('names the credentials, and the least role and scope', () => {
    const people = [{ bearer: [] }, { session: [] }];
    const keys = [...people, { apiKey: [] }];
    expect(paths['/v1/songs']!.post).to.deep.include({ security: keys, 'x-role': 'creator', 'x-scope': 'manage' });
    expect(paths['/v1/songs/{id}']!.get).to.deep.include({ security: keys, 'x-scope': 'read', 'x-stream-param': 'id' });
    expect(paths['/v1/songs/{id}']!.patch).to.deep.include({ security: people, 'x-role': 'owner' });
    expect(paths['/v1/songs/{id}']!.patch).to.not.have.property('x-scope');
    expect(paths['/v1/polls']!.post!.security).to.deep.equal([]);
  });

  it('names the header fields that count, and the errors that can come', () => {
    expect(paths['/v1/songs']!.post!.parameters).to.deep.include(ref('parameters/IdempotencyKey'));
    expect(paths['/v1/polls']!.post!.parameters).to.deep.equal([]);
    const { get, patch } = paths['/v1/songs/{id}']!;
    expect(get!.parameters).to.deep.include(ref('parameters/IfNoneMatch'));
    expect(patch!.parameters).to.deep.include(ref('parameters/IfMatch'));
    expect(get!.responses[200]!.headers).to.deep.equal({ ETag: ref('headers/ETag') });
    expect(Object.keys(get!.responses)).to.include.members(['304', '401', '403', '404', '422', '429', 'default']);
    expect(Object.keys(patch!.responses)).to.include('412');
    expect(Object.keys(paths['/v1/polls']!.post!.responses)).to.not.include.members(['401', '404']);
  });
});
