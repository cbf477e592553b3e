/** What can go wrong with commands beside the server. */
import { defineError } from '#plugin-api';

export const commandInvalid = defineError({
  code: 'LS_COMMAND_INVALID',
  status: 400,
  title: 'The command lacks something',
  fix: 'See `livestreams --help`.',
});

export const keysGiven = defineError({
  code: 'LS_KEYS_GIVEN',
  status: 409,
  title: 'The signing keys are not in the data folder',
  fix: 'Change LIVESTREAMS_SIGNING_KEYS instead: the new key first, the former ones behind it for a week.',
});

export const backupUnwritable = defineError({
  code: 'LS_BACKUP_UNWRITABLE',
  status: 500,
  title: 'The backup cannot be written',
  fix: 'Name a file in a folder that is there, that this user may write to, and that has the space.',
});

export const backupDamaged = defineError({
  code: 'LS_BACKUP_DAMAGED',
  status: 422,
  title: 'The backup is not whole',
  fix: 'Take an older one, or fetch this one again from where it is kept.',
});

export const backupForeign = defineError({
  code: 'LS_BACKUP_FOREIGN',
  status: 422,
  title: 'The backup does not fit this program',
  fix: 'Restore with the version and the plugins that made it, or newer ones of the same.',
});

export const restoreRefused = defineError({
  code: 'LS_RESTORE_REFUSED',
  status: 409,
  title: 'The backup was not restored',
  fix: 'Stop every server on this database, and give --force if what is in it may be lost.',
});
