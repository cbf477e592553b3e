/** A page of the reference, and the Markdown that pages are made of. */

export interface Page {
  /** From docs/reference. */
  path: string;
  text: string;
}

/** A page with its title, the sentence that says how it came to be, and its body. */
export function page(path: string, title: string, madeFrom: string, body: string[]): Page {
  const note = `Made from ${madeFrom} by \`scripts/reference.ts\`; change it there.`;
  return { path, text: `${[`# ${title}`, note, ...body].join('\n\n')}\n` };
}

/** A table; what stands in a cell may hold any character but a line break. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Outside of code, `<host>` would be taken for an element. */
function cell(text: string): string {
  const pieces = text.replaceAll('|', '\\|').split('`');
  return pieces.map((piece, index) => (index % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece)).join('`');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A sentence with its full stop. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
