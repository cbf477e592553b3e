/** The JSON of streams and their keys: what is sent, and what is answered. */
import { listOf, paging, type Static, Type } from '#plugin-api';
import { RetentionBody } from '../retention/schemas.ts';

const Time = Type.String({ format: 'date-time' });
const NullableTime = Type.Union([Time, Type.Null()]);
const Line = { minLength: 1, pattern: '^[^\\u0000-\\u001f\\u007f]*$' };
const Title = Type.String({ ...Line, maxLength: 200 });
const Latency = Type.Enum(['standard', 'low']);
const Visibility = Type.Enum(['public', 'unlisted', 'protected'], {
  description: 'Public and unlisted streams play without a token; a protected one only with it.',
});
const ReconnectWindow = {
  minimum: 0,
  maximum: 1800,
  description: 'Seconds in which a publisher may return to its session.',
};
const DvrWindow = { minimum: 0, maximum: 86400, description: 'Seconds that viewers of the live stream may go back.' };

const Origins = {
  maxItems: 50,
  uniqueItems: true,
  description:
    'Origins whose pages may show the stream and its recordings, as browsers write them: https://example.org. Empty for all. Programs that name no origin are not held back.',
};
const Origin = Type.String({ maxLength: 200, pattern: '^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$' });

const StreamRetention = {
  description:
    "How long recordings of the stream are kept, beside what the organization's retention says. Null: for ever.",
};

export const StreamId = Type.Object({ id: Type.String({ maxLength: 64 }) });
export const KeyId = Type.Object({ id: Type.String({ maxLength: 64 }), key_id: Type.String({ maxLength: 64 }) });

const Status = Type.Enum(['offline', 'live', 'reconnecting']);

export const StreamFilters = Type.Object({
  ...paging,
  status: Type.Optional(Status),
  visibility: Type.Optional(Type.Enum(['public', 'unlisted', 'protected'])),
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'A part of the title.' })),
});

export const NewStream = Type.Object({
  title: Title,
  latency: Type.Enum(['standard', 'low'], { default: 'standard' }),
  record: Type.Boolean({ default: true }),
  visibility: Type.Enum(['public', 'unlisted', 'protected'], { default: 'public' }),
  reconnect_window: Type.Integer({ ...ReconnectWindow, default: 60 }),
  dvr_window: Type.Integer({ ...DvrWindow, default: 0 }),
  allowed_origins: Type.Array(Origin, { ...Origins, default: [] }),
  retention: Type.Union(RetentionBody.anyOf, { ...StreamRetention, default: null }),
});

export const StreamChanges = Type.Object({
  title: Type.Optional(Title),
  latency: Type.Optional(Latency),
  record: Type.Optional(Type.Boolean()),
  visibility: Type.Optional(Visibility),
  reconnect_window: Type.Optional(Type.Integer(ReconnectWindow)),
  dvr_window: Type.Optional(Type.Integer(DvrWindow)),
  allowed_origins: Type.Optional(Type.Array(Origin, Origins)),
  retention: Type.Optional(Type.Union(RetentionBody.anyOf, StreamRetention)),
});

const streamMembers = {
  id: Type.String(),
  title: Title,
  status: Status,
  latency: Latency,
  record: Type.Boolean(),
  visibility: Visibility,
  reconnect_window: Type.Integer(ReconnectWindow),
  dvr_window: Type.Integer(DvrWindow),
  allowed_origins: Type.Array(Origin, Origins),
  retention: Type.Union(RetentionBody.anyOf, StreamRetention),
  ingest: Type.Record(Type.String(), Type.Record(Type.String(), Type.String()), {
    description: 'What to type into an encoder, by ingest. Where the key is not known any more, `{key}` stands for it.',
  }),
  playback: Type.Object({ hls_url: Type.String(), watch_url: Type.String(), embed_url: Type.String() }),
  thumbnail_url: Type.Union([Type.String(), Type.Null()], {
    description:
      'The newest picture of what is live; of a protected stream it wants a token. Null while there is none.',
  }),
  created_at: Time,
  updated_at: Time,
};

export const StreamBody = Type.Object(streamMembers);
export const FreshKeyBody = Type.Object({
  id: Type.String(),
  key: Type.String({ description: 'Shown only here.' }),
  label: Type.String(),
});
export const CreatedStreamBody = Type.Object({ ...streamMembers, keys: Type.Array(FreshKeyBody) });
export const StreamList = listOf(StreamBody);

export const NewKey = Type.Object({
  label: Type.String({ ...Line, maxLength: 100, default: 'Key' }),
  expires_at: Type.Optional(NullableTime),
  overlap: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 604_800,
      description:
        'Rotation: the other keys end after so many seconds. 0 deletes them, and drops who publishes with them.',
    }),
  ),
});
export const CreatedKeyBody = Type.Object({
  ...FreshKeyBody.properties,
  expires_at: NullableTime,
  ingest: streamMembers.ingest,
});
export const KeyList = listOf(
  Type.Object({
    id: Type.String(),
    label: Type.String(),
    expires_at: NullableTime,
    last_used_at: NullableTime,
    created_at: Time,
  }),
);

export type StreamAnswer = Static<typeof StreamBody>;
