/** Memory that is given back before the garbage collector would find it. */

/**
 * Gives back the memory of bytes that were copied or sent: nobody may read them any more. What streams read is in memory outside the heap, and each
 * few tens of megabytes of that make the garbage collector go through all of the heap: more work than all else that is done with them.
 * Bytes that are a part of some larger memory are left to it.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
