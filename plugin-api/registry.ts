/**
 * The four maps that plugins widen by declaration merging, so that types flow without imports between plugins:
 *
 * ```ts
 * declare module '#plugin-api' {
 *   interface EventMap { 'recording.ready': { asset_id: string } }
 * }
 * ```
 */
import type { AssetKind } from './assets.ts';
import type { Latency, SourceFacts } from './media.ts';
import type { Role } from './routes.ts';

/** Events: durable rows, fanned out to dashboards and webhooks. Key: type; value: data. Core's own are here. */
export interface EventMap {
  /** A stream was made. */
  'stream.created': { title: string };
  /** Its settings were changed; `title` is the present one. */
  'stream.updated': { title: string };
  /** It was deleted, with its keys and sessions. */
  'stream.deleted': { title: string };
  /** A key was made, also by rotation. */
  'stream.key_created': { key_id: string; label: string };
  /** A key was deleted; who published with it is dropped. */
  'stream.key_deleted': { key_id: string; label: string };
  /** An encoder was turned away. `code`: `denied`, `busy` or `unavailable`. */
  'publish.refused': { ingest: string; code: string; reason: string; remote_address: string };
  /** An encoder was let in. `encoder` is its name for itself, where it gives one. */
  'publish.started': { publish_id: string; ingest: string; remote_address: string; encoder: string | null };
  /** Its connection ended. */
  'publish.ended': { publish_id: string; reason: string };
  /** A first publish has opened a session. */
  'session.started': { latency: Latency };
  /** The first listed rendition can be played. */
  'session.live': { renditions: string[] };
  /** The publisher has gone; it may return to the same session until then. */
  'session.reconnecting': { until: string };
  /** A publisher has returned to the session. */
  'session.resumed': { publish_id: string };
  /** The session is over; `duration` is in seconds. */
  'session.ended': { reason: string; duration: number };
  /** What the publisher sends, as its configuration and its frames show it. */
  'session.source': SourceFacts;
  /** Which renditions are made from now on, and why. */
  'session.plan': { renditions: string[]; offer_source: boolean; reason: string };
  /** The encoder's own progress, at most every ten seconds. */
  'session.encoder': {
    frame: number;
    fps: number;
    speed: number;
    bitrate: number | null;
    dropped: number;
  };
  /** The encoder ended and is started again, for the so many-th time. */
  'session.encoder_restarted': { reason: string; restarts: number };
  /** It was slower than real time for ten seconds, so the largest encoded rendition is given up. */
  'session.encoder_slow': { speed: number; dropped_rendition: string | null };
  /** A new issue in the health of the session. */
  'session.problem': { code: string; reason: string; fix: string };
  /** Segments cannot be stored now; they play on from memory. */
  'session.storage_failed': { reason: string };
  /** The object store does not work: what is new waits on this machine, and plays. */
  'storage.failed': { reason: string };
  /** It works again, after so many seconds; what has waited is uploaded. */
  'storage.recovered': { seconds: number };
  /** The disk is filling up (`low`), has less free than is kept for live (`full`), or has enough again. */
  'storage.space': { level: 'enough' | 'low' | 'full'; free_bytes: number; seconds_to_full: number | null };
  /** An organization's recordings are kept otherwise from now on. `by` is a person's id. */
  'retention.changed': { retention: { days: number | null; bytes: number | null } | null; by: string | null };
  /** This is deleted now, and why: a recording, or without an asset what a session has broadcast. */
  'retention.deleting': {
    asset_id: string | null;
    title: string;
    bytes: number;
    reason: 'days' | 'bytes' | 'not_recorded' | 'disk_full';
  };
  /** An asset was begun. */
  'asset.created': { asset_id: string; kind: AssetKind; title: string };
  /** Its title or visibility was changed. */
  'asset.updated': { asset_id: string; kind: AssetKind; title: string };
  /** It can be watched; `duration` is in seconds. */
  'asset.ready': { asset_id: string; kind: AssetKind; title: string; duration: number };
  /** It cannot be made. */
  'asset.failed': { asset_id: string; kind: AssetKind; title: string; reason: string };
  /** It was deleted, with all of its bytes that no other asset or session shares. */
  'asset.deleted': { asset_id: string; kind: AssetKind; title: string };
  /** The organization was made. `by` is always a person's id. */
  'organization.created': { name: string; by: string };
  /** It was renamed; `name` is the present one. */
  'organization.updated': { name: string; by: string };
  /** A person was invited. */
  'organization.invitation_created': { invitation_id: string; role: Role; by: string };
  /** An invitation was taken back. */
  'organization.invitation_deleted': { invitation_id: string; by: string };
  /** A person has accepted an invitation. */
  'organization.member_added': { user_id: string; role: Role; invitation_id: string };
  /** The role of a member was changed; `role` is the present one. */
  'organization.role_changed': { user_id: string; role: Role; by: string };
  /** A member has left (`by` is the same person), or was removed. */
  'organization.member_removed': { user_id: string; by: string };
  /** A job of the organization has succeeded. */
  'job.completed': { job_id: string; name: string };
  /** A job has failed for the last time. */
  'job.failed': { job_id: string; name: string; error: string };
  /** A plugin's taps are skipped until the next start; its gates still stand. */
  'plugin.quarantined': { plugin: string; hook: string; reason: string };
}

/** Payloads of jobs, by name (`<plugin>.<verb>`). */
export interface JobMap {}

/** Services that plugins provide to each other, by name. */
export interface ServiceMap {}

/** Tables that plugins own (`<plugin>_<noun>`), and the core's readable views. */
export interface TableMap {}
