/** What is refused for want of space. */
import { defineError } from '#plugin-api';

export const storageFull = defineError({
  code: 'LS_STORAGE_FULL',
  status: 507,
  title: 'The disk is nearly full, and the rest is kept for live',
  fix: 'Free some space, delete recordings, or lower LIVESTREAMS_RESERVED_GIGABYTES.',
});
