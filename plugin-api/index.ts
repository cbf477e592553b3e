/** What a plugin author imports, and nothing else. */
export { type Static, Type } from 'typebox';
export * from './assets.ts';
export * from './define.ts';
export * from './errors.ts';
export * from './fragmented-mp4.ts';
export * from './hooks.ts';
export * from './host.ts';
export * from './ingest.ts';
export * from './jobs.ts';
export * from './ladder.ts';
export type * from './log.ts';
export type * from './media.ts';
export * from './paging.ts';
export * from './progressive-mp4.ts';
export type * from './registry.ts';
export * from './routes.ts';
export type * from './sessions.ts';
export type * from './transcode.ts';
