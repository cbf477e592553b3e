/** The core's tables as Kysely sees them. Column for column what migrations/ makes. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Asset, AssetGap, AssetKind, JobProgress, Scope } from '#plugin-api';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

/** How long recordings are kept, and how many bytes of them; null: for ever, however many. */
export interface Retention {
  days: number | null;
  bytes: number | null;
}
type NullableRetention = ColumnType<Retention | null, Retention | null | undefined, Retention | null>;

export interface CoreTables {
  organizations: { id: string; name: string; created_at: Timestamp; retention: NullableRetention };
  users: {
    id: string;
    email: string;
    name: string;
    password_hash: string;
    created_at: Timestamp;
    /** Access tokens issued before it are refused. */
    valid_from: Timestamp;
  };
  members: {
    organization_id: string;
    user_id: string;
    role: 'owner' | 'admin' | 'creator' | 'viewer';
    created_at: Timestamp;
  };
  refresh_tokens: {
    token_hash: Buffer;
    family: string;
    user_id: string;
    expires_at: Timestamp;
    used_at: NullableTimestamp;
    created_at: Timestamp;
    organization_id: ColumnType<string | null, string | null | undefined>;
  };
  invitations: {
    id: string;
    organization_id: string;
    email: string;
    role: 'owner' | 'admin' | 'creator' | 'viewer';
    token_hash: Buffer;
    invited_by: string | null;
    expires_at: Timestamp;
    created_at: Timestamp;
  };
  browser_sessions: {
    token_hash: Buffer;
    user_id: string;
    organization_id: string;
    expires_at: Timestamp;
    last_used_at: Timestamp;
    created_at: Timestamp;
  };
  api_keys: {
    id: string;
    organization_id: string;
    name: string;
    key_hash: Buffer;
    scope: Scope;
    stream_id: string | null;
    created_by: string | null;
    expires_at: NullableTimestamp;
    last_used_at: NullableTimestamp;
    created_at: Timestamp;
  };
  playback_tokens: {
    id: string;
    organization_id: string;
    stream_id: string | null;
    asset_id: string | null;
    viewer_id: string | null;
    expires_at: Timestamp;
    revoked_at: NullableTimestamp;
    created_at: Timestamp;
  };
  setup_links: { token_hash: Buffer; expires_at: Timestamp; created_at: Timestamp };
  idempotency_keys: {
    organization_id: string;
    caller_id: string;
    key: string;
    request: Buffer;
    holder: string;
    lease_until: Timestamp;
    answer: Buffer | null;
    expires_at: Timestamp;
  };
  streams: {
    id: string;
    organization_id: string;
    title: string;
    latency: ColumnType<'standard' | 'low', 'standard' | 'low' | undefined>;
    record: ColumnType<boolean, boolean | undefined>;
    visibility: ColumnType<'public' | 'unlisted' | 'protected', 'public' | 'unlisted' | 'protected' | undefined>;
    reconnect_window: Generated<number>;
    dvr_window: Generated<number>;
    retention: NullableRetention;
    allowed_origins: Generated<string[]>;
    created_at: Timestamp;
    updated_at: Timestamp;
  };
  stream_keys: {
    id: string;
    stream_id: string;
    label: string;
    key_hash: Buffer;
    expires_at: NullableTimestamp;
    last_used_at: NullableTimestamp;
    created_at: Timestamp;
  };
  sessions: {
    id: string;
    stream_id: string;
    organization_id: string;
    state: 'live' | 'reconnecting' | 'ended';
    epoch: Generated<number>;
    lease_owner: string | null;
    lease_until: NullableTimestamp;
    reconnect_until: NullableTimestamp;
    started_at: Timestamp;
    ended_at: NullableTimestamp;
    end_reason: string | null;
    thumbnail_key: ColumnType<string | null, string | null | undefined, string | null>;
  };
  publishes: {
    id: string;
    session_id: string;
    key_id: string | null;
    ingest: string;
    remote_address: string;
    encoder: string | null;
    started_at: Timestamp;
    ended_at: NullableTimestamp;
    end_reason: string | null;
  };
  inits: {
    session_id: string;
    rendition: string;
    number: number;
    kind: 'video' | 'audio';
    listed: boolean;
    codec: string;
    width: number | null;
    height: number | null;
    frame_rate: number | null;
    sample_rate: number | null;
    channels: number | null;
    bytes: Buffer;
  };
  segments: {
    session_id: string;
    rendition: string;
    sequence: number;
    epoch: number;
    start: number;
    duration: number;
    program_date_time: Timestamp;
    discontinuity: boolean;
    init: number;
    size: number;
    sha256: Buffer;
    storage_key: string;
  };
  assets: {
    id: string;
    organization_id: string;
    kind: AssetKind;
    status: ColumnType<Asset['status'], Asset['status'] | undefined>;
    stream_id: string | null;
    session_id: string | null;
    title: string;
    visibility: ColumnType<Asset['visibility'], Asset['visibility'] | undefined>;
    duration: number | null;
    trim_start: number | null;
    trim_end: number | null;
    /** bigint: a text. */
    size: ColumnType<string | null, number | undefined, number>;
    gaps: ColumnType<AssetGap[], string | undefined, string>;
    thumbnail_key: string | null;
    storyboard_vtt_key: string | null;
    storyboard_image_key: string | null;
    error: string | null;
    created_at: Timestamp;
    updated_at: Timestamp;
    ready_at: NullableTimestamp;
  };
  asset_inits: {
    asset_id: string;
    rendition: string;
    number: number;
    kind: 'video' | 'audio';
    listed: boolean;
    codec: string;
    width: number | null;
    height: number | null;
    frame_rate: number | null;
    sample_rate: number | null;
    channels: number | null;
    bytes: Buffer;
  };
  asset_segments: {
    asset_id: string;
    rendition: string;
    sequence: number;
    start: number;
    duration: number;
    program_date_time: NullableTimestamp;
    discontinuity: boolean;
    init: number;
    size: number;
    sha256: Buffer;
    storage_key: string;
  };
  asset_files: {
    asset_id: string;
    number: number;
    storage_key: string;
    /** bigint: a text. */
    size: ColumnType<string, number>;
    start: number;
    duration: number;
  };
  asset_downloads: {
    asset_id: string;
    number: number;
    storage_key: string;
    /** bigint: a text. */
    size: ColumnType<string, number>;
    used_at: Timestamp;
  };
  storage_garbage: { storage_key: string; created_at: Timestamp };
  events: {
    position: Generated<string>;
    id: string;
    organization_id: string;
    stream_id: string | null;
    session_id: string | null;
    type: string;
    data: JSONColumnType<object>;
    created_at: Timestamp;
  };
  jobs: {
    id: string;
    name: string;
    organization_id: string | null;
    attempt: Generated<number>;
    instance: ColumnType<string | null, undefined, string>;
    progress: ColumnType<JobProgress | null, string | null | undefined, string | null>;
    ended: ColumnType<
      'completed' | 'failed' | 'cancelled' | null,
      undefined,
      'completed' | 'failed' | 'cancelled' | null
    >;
    created_at: Timestamp;
  };
  job_lines: {
    job_id: string;
    number: Generated<string>;
    attempt: number;
    line: string;
    created_at: Timestamp;
  };
}
