/** One request of a viewer on its way through the origin. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StreamFacts } from './directory.ts';
import type { Query, Target } from './target.ts';

export interface Viewing {
  req: IncomingMessage;
  res: ServerResponse;
  target: Target;
  query: Query;
  facts: StreamFacts;
  /** Verified; null where the stream needs none. */
  token: string | null;
}

/** The viewer left while the answer waited: nobody is to be answered, and nothing is wrong. */
export class ViewerGone extends Error {}
