/** The results as Markdown: the machine, the table, and what there is to say of each row. */
import { describeMachine } from './machine.ts';
import { met, type Row } from './row.ts';

/** What a benchmark measured when it last ran in full, by its name. */
export type Results = Record<string, { date: string; rows: Row[] }>;

/** A row that could not be measured, and why. */
export interface Failure {
  name: string;
  reason: string;
}

export function writeResults(results: Results, failures: readonly Failure[]): string {
  const dated = Object.values(results).flatMap(({ date, rows }) => rows.map((row) => ({ date, row })));
  const rows = dated.map(({ row }) => row);
  const missed = rows.filter((row) => !met(row)).length;
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`: each figure is of one run on one machine, beside a named peer measured in the same run. A',
    'benchmark that is run alone replaces its own rows.',
    'Ratios carry over to other machines, seconds do not. Lower is better in every row.',
    '',
    `${rows.length - missed} of ${rows.length} rows are as wanted.`,
    '',
    ...describeMachine().map(([what, which]) => `- ${what}: ${which}`),
    '',
    '| | what | peer | ours | theirs | ratio | wanted | met | measured |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...dated.map(({ row, date }, at) => `| ${at + 1} | ${cells(row).join(' | ')} | ${date} |`),
    '',
    ...rows.map((row, at) => `${at + 1}. ${sentences(row)}`),
    ...failures.map(({ name, reason }) => `\n**${name}** could not be measured: ${reason}`),
    '',
  ].join('\n');
}

/** One row for the terminal. */
export function summarize(row: Row): string {
  const [what, , ours, theirs, ratio, wanted, isMet] = cells(row);
  return `${what}: ${ours} against ${theirs}, ratio ${ratio}, wanted ${wanted}: ${isMet}. ${sentences(row)}`;
}

function cells(row: Row): string[] {
  const wanted = [
    ...(row.wantedRatio === null ? [] : [`ratio ≤ ${row.wantedRatio}`]),
    ...(row.wantedAbsolute === null ? [] : [`≤ ${figure(row.wantedAbsolute)} ${row.unit}`]),
  ];
  return [
    row.what,
    row.peer,
    `${figure(row.ours)} ${row.unit}`,
    `${figure(row.theirs)} ${row.unit}`,
    figure(row.ours / row.theirs),
    wanted.join(', '),
    met(row) ? 'yes' : '**no**',
  ];
}

function sentences({ flaws = [], note }: Row): string {
  return [...flaws.map((flaw) => `Missed: ${flaw}.`), note].filter(Boolean).join(' ');
}

/** Three digits that count. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
