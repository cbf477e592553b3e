/** Errors with a stable code. Each kind is defined once, is answered as RFC 9457 problem+json, and has a page in docs/reference/errors. */

export interface ErrorKind {
  /** `LS_…`, upper case; a plugin's codes start with `LS_<PLUGIN>_`. */
  code: string;
  /** HTTP status that the API answers with. */
  status: number;
  /** One sentence without the particulars: the problem's `title`. */
  title: string;
  /** What the reader can do about it. */
  fix: string;
}

/** Every kind that was defined, in order of definition: what the reference pages are made from. */
export const errorKinds: Map<string, ErrorKind> = new Map();

/** An error that a user or a program may see. `detail` holds the particulars, and never a secret. */
export class LivestreamsError extends Error {
  readonly kind: ErrorKind;
  readonly detail: string;
  /** Further members of the problem document, e.g. `errors: [{ pointer, detail }]`. */
  readonly extensions: Record<string, unknown>;
  /** Fields of the header that the API's answer has beside those of every problem. */
  readonly headers: Record<string, string> = {};

  constructor(kind: ErrorKind, detail: string, extensions: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'LivestreamsError';
    this.kind = kind;
    this.detail = detail;
    this.extensions = extensions;
  }

  get code(): string {
    return this.kind.code;
  }
}

/**
 * Defines a kind of error and answers its constructor.
 *
 * ```ts
 * const streamNotFound = defineError({ code: 'LS_STREAM_NOT_FOUND', status: 404, title: 'No such stream', fix: 'Check the id.' });
 * throw streamNotFound(`There is no stream ${id}.`);
 * ```
 */
export function defineError(
  kind: ErrorKind,
): (detail: string, extensions?: Record<string, unknown>, options?: ErrorOptions) => LivestreamsError {
  if (!/^LS_[A-Z0-9_]+$/.test(kind.code)) throw new TypeError(`not an error code: ${kind.code}`);
  if (errorKinds.has(kind.code)) throw new TypeError(`error code defined twice: ${kind.code}`);
  errorKinds.set(kind.code, kind);
  return (detail, extensions, options) => new LivestreamsError(kind, detail, extensions, options);
}

/**
 * For what a schema cannot say of a request; what it can say is refused with the same kind.
 *
 * ```ts
 * throw requestInvalid('The end is before the start.', { errors: [{ pointer: '/body/end', detail: 'is before the start' }] });
 * ```
 */
export const requestInvalid = defineError({
  code: 'LS_REQUEST_INVALID',
  status: 422,
  title: 'The request does not fit its schema',
  fix: 'Correct each member of `errors`; its pointer names the place.',
});

/** For want of space. Storage refuses so what comes when the disk is full; who knows before how much will come asks for its `room`. */
export const storageFull = defineError({
  code: 'LS_STORAGE_FULL',
  status: 507,
  title: 'The disk has no room beside what is kept for live',
  fix: 'Free some space, delete recordings, or lower LIVESTREAMS_RESERVED_GIGABYTES.',
});
