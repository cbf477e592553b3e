/** What can go wrong between the server and its database, each with what to do about it. */
import { defineError } from '#plugin-api';

export const dataDirInUse = defineError({
  code: 'LS_DATA_DIR_IN_USE',
  status: 503,
  title: 'The data folder is in use',
  fix: 'Stop the other server first, or give this one a folder of its own with LIVESTREAMS_DATA_DIR.',
});

export const databaseUnreachable = defineError({
  code: 'LS_DATABASE_UNREACHABLE',
  status: 503,
  title: 'The database cannot be reached',
  fix: 'Check DATABASE_URL: host, port, user, password and database, and that Postgres accepts connections from here.',
});

export const databaseTooOld = defineError({
  code: 'LS_DATABASE_TOO_OLD',
  status: 503,
  title: 'The database is too old',
  fix: 'Use Postgres 14 or newer, or leave DATABASE_URL unset for the embedded one.',
});

export const embeddedUnavailable = defineError({
  code: 'LS_DATABASE_NO_EMBEDDED',
  status: 503,
  title: 'The embedded Postgres cannot run here',
  fix: 'Set DATABASE_URL to a Postgres of your own (14 or newer).',
});

export const embeddedFailed = defineError({
  code: 'LS_DATABASE_EMBEDDED_FAILED',
  status: 503,
  title: 'The embedded Postgres did not start',
  fix: 'Read what Postgres said; a full disk and a data folder of another user or Postgres version are the usual causes.',
});

export const folderUnreachable = defineError({
  code: 'LS_DATABASE_FOLDER_UNREACHABLE',
  status: 503,
  title: 'The account that runs Postgres cannot reach its folder',
  fix: 'Run the server as an ordinary user, or keep it and LIVESTREAMS_DATA_DIR where every user may enter (such as /srv).',
});

export const migrationChanged = defineError({
  code: 'LS_MIGRATION_CHANGED',
  status: 500,
  title: 'An applied migration is not as it was',
  fix: 'Put the file back as it was when it was applied, and write what is new as a migration with the next number.',
});

export const migrationMissing = defineError({
  code: 'LS_MIGRATION_MISSING',
  status: 500,
  title: 'The database is newer than the program',
  fix: 'Start the version that made the database, or a newer one. Migrations go forward only.',
});

export const migrationFailed = defineError({
  code: 'LS_MIGRATION_FAILED',
  status: 500,
  title: 'A migration failed',
  fix: 'Nothing of the named file was applied. Correct the cause and start again.',
});
