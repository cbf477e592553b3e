/** What is thrown when a peer breaks the protocol: the connection is closed, nothing else happens. */

/** `message` is one sentence that may be logged and shown to the publisher. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
