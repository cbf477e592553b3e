/** The page of hooks, from the types that plugins see and from what core says of failing taps. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookName } from '#plugin-api';
import { BUDGETS } from '../../core/hooks.ts';
import { interfaceMembers, prose } from './interface-members.ts';
import { code, type Page, page, table } from './page.ts';

export async function hooksPage(root: string): Promise<Page> {
  const types = await readFile(join(root, 'plugin-api', 'hooks.ts'), 'utf8');
  const core = await readFile(join(root, 'core', 'hooks.ts'), 'utf8');
  const [, rules] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class Hooks /.exec(core) ?? [];
  if (rules === undefined) throw new Error('core/hooks.ts does not say what failing taps do.');
  const rows = interfaceMembers(types, 'HookMap').map(({ name, type, comment }) => [
    code(name),
    comment.replaceAll('\n', ' '),
    contextLink(type),
    `${BUDGETS[name as HookName] / 1000} s`,
  ]);
  return page(
    'hooks.md',
    'Hooks',
    '[plugin-api/hooks.ts](../../plugin-api/hooks.ts) and [core/hooks.ts](../../core/hooks.ts)',
    [
      'A hook is a typed point in the life of a session, in the process where it happens. A plugin taps it in `setup` with `host.tap(name, tap, { before, budget })`, once a hook. The tap of a shape hook gets the value first and answers it changed or as it is; all others get the context only. Both then get a signal that aborts when the budget is over.',
      table(['hook', 'what it is', 'context', 'budget'], rows),
      '## Order, and what goes wrong',
      prose(rules),
      'The time that taps take is in the metric `livestreams_hook_tap_seconds`. A quarantine is the event `plugin.quarantined`.',
      '## Contexts',
      ...contexts(types),
    ],
  );
}

function contextLink(type: string): string {
  const [, context = ''] = /context: (\w+)/.exec(type) ?? [];
  return `[${code(context)}](#${context.toLowerCase()})`;
}

function contexts(types: string): string[] {
  const unions = [...types.matchAll(/^export type (\w+Context) = (.+);$/gm)].flatMap(([, name = '', members = '']) => [
    `### ${name}`,
    `One of ${members.split(' | ').map(code).join(' and ')}.`,
  ]);
  const named = [...types.matchAll(/^export interface (\w+(?:Context|Ref|Plan))(?: extends (\w+))? \{$/gm)];
  const interfaces = named.flatMap(([, name = '', parent]) => {
    const rows = interfaceMembers(types.replace(` extends ${parent} {`, ' {'), name).map((member) => [
      code(member.name),
      code(member.type),
      member.comment.replaceAll('\n', ' '),
    ]);
    return [
      `### ${name}`,
      ...(parent ? [`All of ${code(parent)}, and:`] : []),
      table(['member', 'type', 'what it is'], rows),
    ];
  });
  return [...unions, ...interfaces];
}
