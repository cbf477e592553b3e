/** The source as the house tests read it: its files, and what each imports. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

const FOLDERS = ['core', 'plugin-api', 'plugins', 'ui', 'test', 'bench', 'scripts'];
const LEFT_OUT = new Set(['node_modules', 'dist']);

export interface Import {
  /** As it is written. */
  specifier: string;
  /** Path from the root where it is a file of ours, else null. */
  path: string | null;
  typeOnly: boolean;
}

export interface SourceFile {
  /** From the root, with `/`. */
  path: string;
  text: string;
  imports: Import[];
  isTest: boolean;
}

/** Every TypeScript and module file of the project. */
export function sourceFiles(): SourceFile[] {
  return FOLDERS.flatMap((folder) => filesBelow(folder))
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const isTest = isTestPath(path);
      return { path, text, imports: importsOf(path, text), isTest };
    });
}

/** A test, or `test-….ts`: what the tests of a room share. */
export function isTestPath(path: string): boolean {
  return path.startsWith('test/') || /\.test\.ts$|\/test-[^/]*\.ts$/.test(path);
}

/** Every file below a folder of the project, by its path from the root. */
export function filesBelow(folder: string): string[] {
  let entries: import('node:fs').Dirent[];
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

// Biome puts statements at the start of their line, and comments never there: so these need no parser.
const STATEMENT = /^(import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
/** Modules that are loaded, or started as programs, by their address. */
const BY_ADDRESS = /(?:\bimport\(\s*|\bnew URL\(\s*)['"](\.[^'"]+)['"]/g;

/** What a file imports; one that it starts or loads by its address counts too. */
export function importsOf(path: string, text: string): Import[] {
  const statements = [...text.matchAll(STATEMENT)].map((match) => ({
    specifier: match[3]!,
    typeOnly: Boolean(match[2]),
  }));
  const addresses = [...text.matchAll(BY_ADDRESS)].map((match) => ({ specifier: match[1]!, typeOnly: false }));
  return [...statements, ...addresses].map((found) => ({ ...found, path: pathOf(path, found.specifier) }));
}

function pathOf(importer: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const target = relative(root, resolve(root, dirname(importer), specifier));
  return target.split(sep).join('/');
}
