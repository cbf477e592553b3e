/** What other rooms use of streams. */
export { type StreamRoutesOptions, streamRoutes } from './routes.ts';
export { type StreamRow, verifyStreamKey } from './stream-key.ts';
export { Streams, streamRef } from './streams.ts';
