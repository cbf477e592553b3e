/** An answer that its handler writes by itself, for as long as the connection lasts. */
import type { ServerResponse } from 'node:http';

/** The `body` of such an answer: status and headers are set on the response, nothing is sent yet. */
export class Takeover {
  readonly begin: (response: ServerResponse) => void;

  constructor(begin: (response: ServerResponse) => void) {
    this.begin = begin;
  }
}
