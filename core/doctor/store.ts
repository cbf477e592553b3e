/** The S3 store, where one is set: reached, known, and taking what the server needs of it. */
import { randomUUID } from 'node:crypto';
import { S3Store } from '../storage/s3.ts';
import { type Check, type Finding, messageOf, well, wrong } from './check.ts';

/** What to do, by what the store says. */
const fixes: [RegExp, string][] = [
  [/NoSuchBucket|Nothing is stored at/, 'Make the bucket, or set S3_BUCKET to one that is there.'],
  [
    /InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|Forbidden|\b40[13]\b/,
    'Check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and S3_REGION, and that this key may list, read, write and delete in the bucket.',
  ],
  [/RequestTimeTooSkewed/, "Set this machine's clock by NTP (`timedatectl set-ntp true`): signatures go by it."],
  [/PermanentRedirect|\b301\b/, 'Set S3_REGION to the region of the bucket.'],
  [
    /ENOTFOUND|ECONNREFUSED|EHOSTUNREACH|imed ?out|Timeout/,
    'Check S3_ENDPOINT, and that nothing between here and there blocks it.',
  ],
];

export const objectStore: Check = {
  name: 'object store',
  async run({ s3 }): Promise<Finding> {
    if (s3 === null) return well('None is set: media are kept in the data folder.');
    const where = `bucket ${s3.bucket}${s3.endpoint === null ? '' : ` at ${s3.endpoint}`}`;
    const store = new S3Store(s3);
    try {
      await store.probe();
      const key = `doctor/${randomUUID()}`;
      await store.put(key, Buffer.from('doctor'));
      try {
        const found = await store.stat(key);
        if (found?.size !== 6) return wrong(`The ${where} does not keep what is put into it.`, 'Report this as a bug.');
        const upload = await store.beginUpload(key);
        await store.abortUpload(key, upload);
      } finally {
        await store.delete(key);
      }
      return well(`The ${where} takes, gives and deletes.`);
    } catch (error) {
      const reason = messageOf(error);
      const [, fix] = fixes.find(([words]) => words.test(reason)) ?? [null, 'Check the settings S3_….'];
      return wrong(`The ${where} does not work: ${reason.replace(/\.$/, '')}.`, fix);
    } finally {
      store.close();
    }
  },
};
