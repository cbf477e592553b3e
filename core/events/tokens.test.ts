/** Tokens of the stream of events: who may open it with one, and for how long. */
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import type { Caller } from '#plugin-api';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { ApiKeys, SignedTokens, SigningKeys } from '../accounts/index.ts';
import { newId } from '../ids.ts';
import { EventTokens } from './tokens.ts';

describe('EventTokens', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let folder: string;
  let signed: SignedTokens;
  let apiKeys: ApiKeys;
  let tokens: EventTokens;
  let person: Caller;
  const organizationId = newId('org');

  beforeEach(async () => {
    database = await testDatabase();
    folder = temporaryFolder();
    const db = database.kysely;
    const userId = newId('usr');
    await db.insertInto('organizations').values({ id: organizationId, name: 'One' }).execute();
    await db.insertInto('users').values({ id: userId, email: 'a@example.org', name: 'A', password_hash: '' }).execute();
    await db
      .insertInto('members')
      .values({ organization_id: organizationId, user_id: userId, role: 'viewer' })
      .execute();
    signed = new SignedTokens(await SigningKeys.open({ dataDir: folder, given: null }));
    apiKeys = new ApiKeys(db);
    tokens = new EventTokens({ db, tokens: signed, apiKeys });
    person = { userId, organizationId, role: 'viewer', apiKey: null };
  });

  afterEach(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stand for the person, as long as that is a member', async () => {
    const admission = await tokens.admit(await tokens.issue(person));
    expect(admission?.caller).to.deep.equal(person);
    expect(await admission!.isAdmitted()).to.equal(true);
    await database.kysely.deleteFrom('members').execute();
    expect(await admission!.isAdmitted()).to.equal(false);
    expect(await tokens.admit(await tokens.issue(person))).to.equal(null);
  });

  it('end with the logins of the person', async () => {
    const admission = await tokens.admit(await tokens.issue(person));
    await database.kysely
      .updateTable('users')
      .set({ valid_from: new Date(Date.now() + 1) })
      .execute();
    expect(await admission!.isAdmitted()).to.equal(false);
  });

  it('stand for an API key, as long as it is not removed', async () => {
    const { key, row } = await apiKeys.create(organizationId, {
      name: 'Key',
      scope: 'read',
      streamId: null,
      expiresAt: null,
      createdBy: null,
    });
    const program = (await apiKeys.find(key))!;
    const admission = await tokens.admit(await tokens.issue(program));
    expect(admission?.caller).to.deep.equal(program);
    await apiKeys.delete(organizationId, row.id);
    expect(await admission!.isAdmitted()).to.equal(false);
  });

  it('are not those of other purposes, nor late or forged ones', async () => {
    const claims = { org: organizationId };
    const subject = person.userId!;
    const access = await signed.issue({ type: 'at+jwt', audience: 'api', subject, claims, expiresIn: 60 });
    const late = await signed.issue({ type: 'sse+jwt', audience: 'events', subject, claims, expiresIn: -1 });
    for (const token of [access.token, late.token, 'x.y.z', '']) expect(await tokens.admit(token)).to.equal(null);
    const token = await tokens.issue(person);
    expect(await tokens.admit(`${token.slice(0, -4)}AAAA`)).to.equal(null);
  });
});
