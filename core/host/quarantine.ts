/** Tells everybody of a plugin in quarantine: an event in each organization, since the plugin served them all. */
import type { Kysely } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import type { Quarantine } from '../hooks.ts';

export async function announceQuarantine(
  { plugin, hook, reason }: Quarantine,
  { db, events }: { db: Kysely<CoreTables>; events: Pick<EventLog, 'append'> },
): Promise<void> {
  const organizations = await db.selectFrom('organizations').select('id').execute();
  for (const { id: organizationId } of organizations) {
    await events.append({ type: 'plugin.quarantined', organizationId, data: { plugin, hook, reason } });
  }
}
