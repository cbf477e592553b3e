/** Where media are kept, as the configuration says it. */
import { type Static, Type } from '#plugin-api';
import type { S3Settings } from './s3.ts';

const Text = Type.String({ minLength: 1 });
const NullableText = Type.Union([Text, Type.Null()]);

export const S3Configuration = Type.Object(
  {
    bucket: Type.String({ minLength: 1, env: 'S3_BUCKET', description: 'Bucket, which must exist.' }),
    endpoint: Type.Union([Type.String({ pattern: '^https?://[^/?#\\s]+/?$' }), Type.Null()], {
      default: null,
      env: 'S3_ENDPOINT',
      description: "Address of the store: https://s3.example.org. Null: Amazon's, of the region.",
    }),
    region: Type.String({
      default: 'us-east-1',
      env: 'S3_REGION',
      description: 'Region; most stores other than Amazon take any.',
    }),
    accessKeyId: Type.Union(NullableText.anyOf, {
      default: null,
      env: 'S3_ACCESS_KEY_ID',
      description: "Null, with the secret: what Amazon's tools would use on this machine.",
    }),
    secretAccessKey: Type.Union(NullableText.anyOf, {
      default: null,
      env: 'S3_SECRET_ACCESS_KEY',
      description: 'Best set in the environment.',
    }),
    forcePathStyle: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      env: 'S3_FORCE_PATH_STYLE',
      description: 'Whether the bucket is in the path and not in the name of the host. Null: where an endpoint is set.',
    }),
    prefix: Type.String({
      default: '',
      pattern: '^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?)?$',
      env: 'S3_PREFIX',
      description: 'Folder within the bucket, where it is shared with others.',
    }),
  },
  { description: 'An S3 store that media are kept in. Absent: the data folder.' },
);

/** What the configuration says, as the store's client takes it. */
export function s3Settings(configured: Static<typeof S3Configuration>): S3Settings {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey, forcePathStyle, prefix } = configured;
  return {
    ...{ bucket, endpoint, region },
    credentials: accessKeyId !== null && secretAccessKey !== null ? { accessKeyId, secretAccessKey } : null,
    forcePathStyle: forcePathStyle ?? endpoint !== null,
    prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
  };
}

/** What no schema can say of it. */
export function s3Conflicts({ accessKeyId, secretAccessKey }: Static<typeof S3Configuration>): string[] {
  return (accessKeyId === null) === (secretAccessKey === null)
    ? []
    : ['Settings /s3/accessKeyId and /s3/secretAccessKey: expected both or neither.'];
}
