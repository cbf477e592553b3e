/** Why an uploaded file is not taken. */

/** The file is not taken. `message` is shown to who sent it. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
}

export function truncated(expected: number, size: number): FileRefused {
  return new FileRefused(`It is cut short: of ${expected} bytes there are ${size}.`);
}
