/** What can go wrong with reading the event log. */
import { defineError } from '#plugin-api';

export const eventNotFound = defineError({
  code: 'LS_EVENT_NOT_FOUND',
  status: 404,
  title: 'No such event',
  fix: 'Start over without a cursor (Last-Event-ID): the event is not one of this organization, or was pruned.',
});
