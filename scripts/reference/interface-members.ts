/** Reads the members of an interface and their comments from source that Biome has formatted. */

export interface InterfaceMember {
  name: string;
  /** As it is written, on one line. */
  type: string;
  comment: string;
}

/** The members of each `interface <name>` in the text, in order. */
export function interfaceMembers(text: string, name: string): InterfaceMember[] {
  const members: InterfaceMember[] = [];
  const bodies = text.matchAll(new RegExp(`^( *)(?:export )?interface ${name} \\{\\n([\\s\\S]*?)^\\1\\}`, 'gm'));
  for (const [, indent = '', body = ''] of bodies) {
    const member = new RegExp(
      `(?:^${indent}  /\\*\\*([\\s\\S]*?)\\*/\\n)?^${indent}  (?:'([^']+)'|(\\w+\\??)): ((?:.*|\\{\\n[\\s\\S]*?^${indent}  \\}));$`,
      'gm',
    );
    for (const [, comment = '', quoted, plain, type = ''] of body.matchAll(member)) {
      members.push({ name: quoted ?? plain ?? '', type: oneLine(type), comment: prose(comment) });
    }
  }
  return members;
}

/** The text of a comment without its asterisks; lists keep their lines. */
export function prose(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

function oneLine(type: string): string {
  return type.replace(/\s+/g, ' ').replace(/; \}/g, ' }');
}
