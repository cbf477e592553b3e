/** Reads a publisher's FLV tags from its ingest over HTTP until the publisher ends. */
import { request } from 'node:http';
import type { SourceAddress } from '#plugin-api';
import { FlvReader, type FlvTag } from './flv.ts';

/** A publisher that is connected but sends nothing for this long is taken for gone. */
const SILENCE_MS = 8000;

/**
 * Reads until the response ends, `signal` aborts or nothing has come for 8 s, and answers why in a sentence's words.
 * Tags are handed on in order; a throw of `onTag` ends the read with that error.
 */
export function readSource(source: SourceAddress, onTag: (tag: FlvTag) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FlvReader(onTag);
    const incoming = request(source.url, { headers: { authorization: source.authorization }, signal }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`the ingest answered ${response.statusCode} to the read of its source`));
        return;
      }
      response.on('data', (chunk: Buffer) => {
        try {
          reader.push(chunk);
        } catch (error) {
          incoming.destroy();
          reject(error);
        }
      });
      response.on('end', () => resolve('the publisher ended'));
      // An ingest that is cut off ends the response in the middle: the end of the publisher all the same.
      response.on('error', () => resolve(signal.aborted ? 'stopped' : 'the publisher was cut off'));
    });
    incoming.setTimeout(SILENCE_MS, () => {
      resolve(`no media for ${SILENCE_MS / 1000} s`);
      incoming.destroy();
    });
    incoming.on('error', (error) => {
      if (signal.aborted) resolve('stopped');
      else reject(error);
    });
    incoming.end();
  });
}
