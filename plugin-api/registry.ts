/**
 * The four maps that plugins widen by declaration merging, so that types flow without imports between plugins:
 *
 * ```ts
 * declare module '#plugin-api' {
 *   interface EventMap { 'recording.ready': { asset_id: string } }
 * }
 * ```
 */
import type { Latency } from './media.ts';

/** Events: durable rows, fanned out to dashboards and webhooks. Key: type; value: data. Core's own are here. */
export interface EventMap {
  'stream.created': { title: string };
  'stream.updated': { title: string };
  'stream.deleted': { title: string };
  'stream.key_created': { key_id: string; label: string };
  'stream.key_deleted': { key_id: string; label: string };
  'publish.refused': { ingest: string; code: string; reason: string; remote_address: string };
  'publish.started': { publish_id: string; ingest: string; remote_address: string; encoder: string | null };
  'publish.ended': { publish_id: string; reason: string };
  'session.started': { latency: Latency };
  'session.live': { renditions: string[] };
  'session.reconnecting': { until: string };
  'session.resumed': { publish_id: string };
  'session.ended': { reason: string; duration: number };
  'session.source': { video: object | null; audio: object | null };
  'session.plan': { renditions: string[]; offer_source: boolean; reason: string };
  'session.encoder': {
    frame: number;
    fps: number;
    speed: number;
    bitrate: number | null;
    dropped: number;
  };
  'session.encoder_restarted': { reason: string; restarts: number };
  'session.encoder_slow': { speed: number; dropped_rendition: string | null };
  'session.problem': { code: string; reason: string; fix: string };
  'session.storage_failed': { reason: string };
  'job.completed': { job_id: string; name: string };
  'job.failed': { job_id: string; name: string; error: string };
  'plugin.quarantined': { plugin: string; hook: string; reason: string };
}

/** Payloads of jobs, by name (`<plugin>.<verb>`). */
export interface JobMap {}

/** Services that plugins provide to each other, by name. */
export interface ServiceMap {}

/** Tables that plugins own (`<plugin>_<noun>`), and the core's readable views. */
export interface TableMap {}
