/** How files are named, begun and kept short. */
import { expect } from 'chai';
import { filesBelow, sourceFiles } from './source.ts';

const MOST_LINES = 300;
/** A test reads from top to bottom, one case after the other: its length is no burden to those who change the code. */
const MOST_LINES_OF_A_TEST = 600;

/** Files over the limit, each with its reason. */
const LONG: Record<string, string> = {
  'core/pipeline/aligned-group.ts': 'one state machine: where each rendition stands decides where all are cut',
  'core/pipeline/run.ts': 'the course of one session: source, plan and encoder change together',
  'ui/shell/api-schema.ts': 'made from the document of the API, which has as many routes as there are',
  'core/sessions/sessions.ts': 'the life of a session: each step takes the state that the one before left',
};

/** Names that say nothing of what is in a file. */
const EMPTY_NAMES = /^(utils?|helpers?|managers?|common|misc|types?|stuff|shared)$/;

/** What talks to a person at a terminal. */
const TERMINAL = /^(core\/main\.ts|core\/doctor\.ts|scripts\/|bench\/|ui\/build\.ts)/;

describe('files', () => {
  const files = sourceFiles();

  it('have names of lower-case words that say what is in them', () => {
    const wrong = files.filter(({ path }) => {
      const names = path.replace(/(\.test)?\.(ts|mjs)$/, '').split('/');
      return names.some((name) => EMPTY_NAMES.test(name) || !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name));
    });
    expect(wrong.map(({ path }) => path)).to.deep.equal([]);
  });

  it('say at their top what they are for', () => {
    // A unit test stands beside what it is for, and says the rest in its cases.
    const silent = files.filter(
      ({ path, text }) => !path.endsWith('.test.ts') && !/^(#!.*\n)?\/\*\*\s+(\*\s+)?\S/.test(text),
    );
    expect(silent.map(({ path }) => path)).to.deep.equal([]);
  });

  it('are short, or have a reason', () => {
    const long = files
      .map(({ path, text, isTest }) => ({ path, isTest, lines: text.split('\n').length - 1 }))
      .filter(({ isTest, lines }) => lines > (isTest ? MOST_LINES_OF_A_TEST : MOST_LINES));
    expect(
      long.filter(({ path }) => !(path in LONG)).map(({ path, lines }) => `${path}: ${lines} lines`),
    ).to.deep.equal([]);
    const reasons = Object.keys(LONG).filter((path) => !long.some((file) => file.path === path));
    expect(reasons, 'reasons that are not needed any more').to.deep.equal([]);
  });

  it('log through the logger, terminals aside', () => {
    const chatty = files.filter(
      ({ path, text, isTest }) =>
        !isTest && !TERMINAL.test(path) && !path.startsWith('ui/') && /^\s*console\./m.test(text),
    );
    expect(chatty.map(({ path }) => path)).to.deep.equal([]);
  });

  it('number migrations without a gap', () => {
    const folders = new Map<string, string[]>();
    for (const path of [...filesBelow('migrations'), ...filesBelow('plugins')]) {
      const [, folder, number] = /^(.*migrations)\/(\d{4})_[a-z0-9_]+\.sql$/.exec(path) ?? [];
      if (folder !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), number!]);
    }
    for (const [folder, numbers] of folders) {
      const wanted = numbers.map((_, index) => String(index + 1).padStart(4, '0'));
      expect(numbers.sort(), folder).to.deep.equal(wanted);
    }
  });
});
