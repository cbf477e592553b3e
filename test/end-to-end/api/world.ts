/** A server with every plugin and two organizations on it: people of each role, API keys, and one of each thing that routes name. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Host, type Role, Type } from '#plugin-api';
import { Passwords } from '../../../core/accounts/passwords.ts';
import { connectDatabase, type Database } from '../../../core/db/database.ts';
import { EventLog } from '../../../core/events/log.ts';
import { newId } from '../../../core/ids.ts';
import { Jobs } from '../../../core/jobs/jobs.ts';
import { newDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/log.ts';
import { owner, startServer, type TestServer } from '../../support/server.ts';
import { ApiDocument } from './document.ts';

const CONFIG = fileURLToPath(new URL('all-plugins.config.mjs', import.meta.url));
const PASSWORD = 'a password of many';

export interface World {
  server: TestServer;
  document: ApiDocument;
  database: Database;
  organizationId: string;
  ownerId: string;
  stop(): Promise<void>;
}

/** Starts a server on a database of its own. */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const url = await newDatabase();
  const server = await startServer({ config: CONFIG, env: { ...env, DATABASE_URL: url } });
  const database = await connectDatabase({ url, log: quietLog });
  const { organization_id: organizationId, user_id: ownerId } = await database.kysely
    .selectFrom('members')
    .select(['organization_id', 'user_id'])
    .executeTakeFirstOrThrow();
  return {
    ...{ server, database, organizationId, ownerId },
    document: await ApiDocument.of(server.url),
    async stop() {
      await server.stop();
      await database.stop();
    },
  };
}

/** Makes an organization, and answers its id. */
export async function makeOrganization({ database }: World, name: string): Promise<string> {
  const id = newId('org');
  await database.kysely.insertInto('organizations').values({ id, name }).execute();
  return id;
}

/** Makes a person with this role, and answers how they get an Authorization. */
export async function makePerson(world: World, organizationId: string, role: Role): Promise<() => Promise<string>> {
  const id = newId('usr');
  const email = `${id}@example.org`;
  const password_hash = await new Passwords().hash(PASSWORD);
  const { kysely } = world.database;
  await kysely
    .insertInto('users')
    .values({ id, email, name: `A ${role}`, password_hash })
    .execute();
  await kysely.insertInto('members').values({ organization_id: organizationId, user_id: id, role }).execute();
  return () => logIn(world, { email, password: PASSWORD });
}

/** Answers the Authorization of somebody. */
export async function logIn(
  { server }: World,
  credentials: { email: string; password: string } = owner,
): Promise<string> {
  const response = await fetch(`${server.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': anyAddress() },
    body: JSON.stringify(credentials),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return `Bearer ${access_token}`;
}

/** An address in a network that nobody has called from, so that no limit knows it. */
export function anyAddress(): string {
  return `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;
}

/** Ids of one thing of each kind of the first organization, by the word in paths that they follow. */
export type Things = Record<string, string>;

/** Makes them. A route of another thing needs it made here. */
export async function makeThings(world: World): Promise<Things> {
  const { server, database, organizationId, ownerId } = world;
  const { id: streams, keyId: keys } = await server.createStream({ title: 'Ours' });
  const { kysely } = database;
  const sessions = newId('ses');
  const assets = newId('ast');
  const session = { id: sessions, stream_id: streams, organization_id: organizationId };
  await kysely
    .insertInto('sessions')
    .values({ ...session, state: 'ended', ended_at: new Date() })
    .execute();
  await kysely
    .insertInto('assets')
    .values({
      id: assets,
      organization_id: organizationId,
      kind: 'recording',
      session_id: sessions,
      title: 'Ours',
      status: 'ready',
    })
    .execute();
  const invitations = newId('inv');
  const expires_at = new Date(Date.now() + 3_600_000);
  await kysely
    .insertInto('invitations')
    .values({
      id: invitations,
      organization_id: organizationId,
      email: 'guest@example.org',
      role: 'viewer',
      token_hash: randomBytes(32),
      expires_at,
    })
    .execute();
  const made = async (path: string, body: object) => (await server.api<{ id: string }>('POST', path, body)).id;
  return {
    ...{ streams, keys, sessions, assets },
    jobs: await makeJob(database, organizationId),
    organizations: organizationId,
    members: ownerId,
    'api-keys': await made('/api-keys', { name: 'Ours', scope: 'read' }),
    'playback-tokens': await made(`/streams/${streams}/playback-tokens`, {}),
    invitations,
    uploads: await makeUpload(world),
  };
}

/** An upload of which nothing has come yet. */
async function makeUpload(world: World): Promise<string> {
  const response = await fetch(`${world.server.url}/v1/uploads`, {
    method: 'POST',
    headers: { authorization: await logIn(world), 'tus-resumable': '1.0.0', 'upload-length': '10' },
  });
  return response.headers.get('location')!.split('/').at(-1)!;
}

/** A job that nobody runs. */
async function makeJob(database: Database, organizationId: string): Promise<string> {
  const jobs = new Jobs({
    database,
    instance: 'test',
    log: quietLog,
    events: new EventLog({ db: database.kysely, log: quietLog }),
  });
  jobs.define('test.wait', { payload: Type.Object({}), run: async () => {} }, {} as Host);
  await jobs.start({ work: false });
  try {
    return await jobs.enqueue('test.wait' as never, {} as never, { organizationId });
  } finally {
    await jobs.stop();
  }
}
