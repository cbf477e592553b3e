/** Checks payloads of jobs against their schemas, when enqueued and again when run: the program may be newer than the job. */
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { JobDefinition } from '#plugin-api';
import { jobBadPayload } from './errors.ts';

const ajv = new Ajv({ allErrors: true, strict: true });
formats.default(ajv);

/** Makes the check of one job's payloads; it throws `LS_JOB_BAD_PAYLOAD`. */
export function payloadCheck(name: string, definition: JobDefinition<never>): (payload: unknown) => void {
  const validate = ajv.compile(definition.payload);
  return (payload) => {
    if (validate(payload)) return;
    const errors = (validate.errors ?? []).map(({ instancePath, message }) => ({
      pointer: instancePath,
      detail: message ?? 'is not as expected',
    }));
    const detail = errors.map((error) => `${error.pointer || 'the payload'} ${error.detail}`).join('; ');
    throw jobBadPayload(`The payload of ${name} does not fit: ${detail}.`, { errors });
  };
}
