/**
 * An S3 store, bare: what is put is there when the store has confirmed it, and nothing is when it does not answer.
 * Bytes go with their MD5, so a store that received others refuses them; what is over one part goes as parts.
 * Only what every such store knows is used (Amazon's, MinIO, Garage, Ceph, R2, Swift): no checksums beyond MD5, objects deleted singly.
 */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { storageNotFound, storageUnreachable } from './errors.ts';
import { checkKey, checkPrefix } from './keys.ts';
import { badRange, isAbsent, isOutOfRange, storeFailure } from './s3-errors.ts';

/** How the store is reached. */
export interface S3Settings {
  bucket: string;
  /** Null: Amazon's own, of the region. */
  endpoint: string | null;
  region: string;
  /** Null: what the machine has (variables, files and roles of Amazon's). */
  credentials: { accessKeyId: string; secretAccessKey: string } | null;
  /** The bucket in the path, not in the name of the host. */
  forcePathStyle: boolean;
  /** Put before each key: nothing, or `…/`. */
  prefix: string;
}

/** A part that the store has confirmed. */
export interface UploadedPart {
  etag: string;
  size: number;
}

/** A multipart upload that is neither complete nor aborted. */
export interface OpenUpload {
  key: string;
  uploadId: string;
  startedAt: Date;
}

/** Bytes of all parts but the last: all alike, as some stores want. Of 10,000 parts an object may have: 156 GiB. */
export const PART_SIZE = 16 * 1024 * 1024;
export const MOST_PARTS = 10_000;

/** A store that says nothing for so long does not work. */
const CONNECT_MS = 5000;
const SILENT_MS = 15_000;

/** Errors: `LS_STORAGE_UNREACHABLE` of every method, with the store's own words. */
export class S3Store {
  /** A question is answered within a time; how long its body then lasts is up to who reads it. */
  readonly #client: S3Client;
  /** What carries bytes there takes as long as they move. */
  readonly #sender: S3Client;
  readonly #closing = new AbortController();
  readonly #whileOpen = { abortSignal: this.#closing.signal };
  readonly #bucket: string;
  readonly #prefix: string;

  constructor({ bucket, endpoint, region, credentials, forcePathStyle, prefix }: S3Settings) {
    // Each request listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#bucket = bucket;
    this.#prefix = prefix;
    const client = (patience: { requestTimeout: number; throwOnRequestTimeout: true } | { socketTimeout: number }) =>
      new S3Client({
        region,
        forcePathStyle,
        ...(endpoint === null ? {} : { endpoint }),
        ...(credentials === null ? {} : { credentials }),
        maxAttempts: 2,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestHandler: { connectionTimeout: CONNECT_MS, ...patience },
      });
    this.#client = client({ requestTimeout: SILENT_MS, throwOnRequestTimeout: true });
    this.#sender = client({ socketTimeout: SILENT_MS });
  }

  /** Resolves when the store has confirmed all of it. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#send(key, () =>
      this.#sender.send(new PutObjectCommand({ ...this.#at(key), ...withSum(bytes) }), this.#whileOpen),
    );
  }

  /** Errors: `LS_STORAGE_NOT_FOUND`, `LS_STORAGE_BAD_RANGE`. */
  async read(key: string, range?: { start: number; end?: number }): Promise<Readable> {
    if (range && (range.start < 0 || (range.end ?? range.start) < range.start)) throw badRange(key, range);
    const { Body } = await this.#send(
      key,
      () =>
        this.#client.send(
          new GetObjectCommand({
            ...this.#at(key),
            ...(range ? { Range: `bytes=${range.start}-${range.end ?? ''}` } : {}),
          }),
          this.#whileOpen,
        ),
      range,
    );
    return Body as Readable;
  }

  /** Errors: `LS_STORAGE_NOT_FOUND`. */
  async get(key: string): Promise<Buffer> {
    return buffer(await this.read(key));
  }

  async stat(key: string): Promise<{ size: number } | null> {
    const found = await this.#orNull(key, () =>
      this.#client.send(new HeadObjectCommand(this.#at(key)), this.#whileOpen),
    );
    return found === null ? null : { size: found.ContentLength ?? 0 };
  }

  async delete(key: string): Promise<void> {
    await this.#orNull(key, () => this.#client.send(new DeleteObjectCommand(this.#at(key)), this.#whileOpen));
  }

  /** In the order of bytes. */
  async *list(prefix: string): AsyncGenerator<{ key: string; size: number }> {
    checkPrefix(prefix);
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: this.#prefix + prefix },
    );
    for (;;) {
      const page = await this.#send(prefix, () => pages.next());
      if (page.done) return;
      for (const { Key = '', Size = 0 } of page.value.Contents ?? []) yield { key: this.#keyOf(Key), size: Size };
    }
  }

  /** An address that reads the key for so many seconds, by GET. It carries a signature. */
  url(key: string, expiresIn: number, filename?: string): Promise<string> {
    const disposition =
      filename === undefined
        ? {}
        : { ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(filename)}` };
    return getSignedUrl(this.#client, new GetObjectCommand({ ...this.#at(key), ...disposition }), { expiresIn });
  }

  /** Begins an upload under a key that is the caller's alone: what a killed process has begun there, and not noted, is dropped. */
  async beginUpload(key: string): Promise<string> {
    for await (const begun of this.openUploads(key)) {
      if (begun.key === key) await this.abortUpload(key, begun.uploadId);
    }
    const { UploadId } = await this.#send(key, () =>
      this.#client.send(new CreateMultipartUploadCommand(this.#at(key)), this.#whileOpen),
    );
    return UploadId!;
  }

  /** Parts are numbered from 1. */
  async uploadPart(key: string, uploadId: string, number: number, bytes: Uint8Array): Promise<UploadedPart> {
    const { ETag } = await this.#send(key, () =>
      this.#sender.send(
        new UploadPartCommand({ ...this.#at(key), UploadId: uploadId, PartNumber: number, ...withSum(bytes) }),
        this.#whileOpen,
      ),
    );
    return { etag: ETag!, size: bytes.length };
  }

  /** Puts the parts together; does nothing where that was done before and only the answer was lost. */
  async completeUpload(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void> {
    const MultipartUpload = { Parts: parts.map(({ etag }, index) => ({ ETag: etag, PartNumber: index + 1 })) };
    const done = await this.#orNull(key, () =>
      this.#sender.send(
        new CompleteMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId, MultipartUpload }),
        this.#whileOpen,
      ),
    );
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const found = await this.stat(key);
    if (found?.size === size) return;
    throw storageUnreachable(
      `The store has ${found?.size ?? 'nothing'} of ${key} where ${size} bytes were uploaded${done ? '' : ', and knows of no upload'}.`,
    );
  }

  async abortUpload(key: string, uploadId: string): Promise<void> {
    await this.#orNull(key, () =>
      this.#client.send(new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId }), this.#whileOpen),
    );
  }

  /** Uploads that began under keys with this prefix. */
  async *openUploads(prefix = ''): AsyncGenerator<OpenUpload> {
    const within = { Bucket: this.#bucket, Prefix: this.#prefix + checkPrefix(prefix) };
    for (let after: { KeyMarker?: string; UploadIdMarker?: string } | null = {}; after !== null; ) {
      const marker: { KeyMarker?: string; UploadIdMarker?: string } = after;
      const page = await this.#send(prefix, () =>
        this.#client.send(new ListMultipartUploadsCommand({ ...within, ...marker }), this.#whileOpen),
      );
      for (const { Key = '', UploadId = '', Initiated = new Date() } of page.Uploads ?? []) {
        yield { key: this.#keyOf(Key), uploadId: UploadId, startedAt: Initiated };
      }
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page;
      after =
        IsTruncated && NextKeyMarker !== undefined
          ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}) }
          : null;
    }
  }

  /** When the upload's newest part came; null where it has none. */
  async newestPart(key: string, uploadId: string): Promise<Date | null> {
    let newest = 0;
    let PartNumberMarker: string | undefined;
    // Not by the client's own paging: it goes by the marker alone, which some stores give on the last page too.
    do {
      const after = PartNumberMarker === undefined ? {} : { PartNumberMarker };
      const page = await this.#orNull(key, () =>
        this.#client.send(new ListPartsCommand({ ...this.#at(key), UploadId: uploadId, ...after }), this.#whileOpen),
      );
      for (const { LastModified } of page?.Parts ?? []) newest = Math.max(newest, LastModified?.getTime() ?? 0);
      PartNumberMarker = page?.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (PartNumberMarker !== undefined);
    return newest > 0 ? new Date(newest) : null;
  }

  /** Asks for the bucket. */
  async probe(): Promise<void> {
    await this.#send(this.#bucket, () =>
      this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), this.#whileOpen),
    );
  }

  /** Breaks off what runs. */
  close(): void {
    this.#closing.abort();
    this.#client.destroy();
    this.#sender.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + checkKey(key) };
  }

  #keyOf(name: string): string {
    return name.slice(this.#prefix.length);
  }

  async #send<T>(key: string, work: () => Promise<T>, range?: { start: number; end?: number }): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (range && isOutOfRange(error)) throw badRange(key, range);
      if (isAbsent(error)) throw storageNotFound(`Nothing is stored at ${key}.`);
      throw storeFailure(error, key);
    }
  }

  async #orNull<T>(key: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (isAbsent(error)) return null;
      throw storeFailure(error, key);
    }
  }
}

function withSum(bytes: Uint8Array): { Body: Uint8Array; ContentMD5: string; ContentLength: number } {
  return { Body: bytes, ContentMD5: createHash('md5').update(bytes).digest('base64'), ContentLength: bytes.length };
}
