/** The page of metrics, from what a running server shows Prometheus. */
import { code, type Page, page, table } from './page.ts';
import type { ServerAnswers } from './server.ts';

export function metricsPage({ metrics }: ServerAnswers): Page {
  const kinds = new Map([...metrics.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map((match) => [match[1]!, match[2]!]));
  const rows = [...metrics.matchAll(/^# HELP (livestreams_\S+) (.*)$/gm)]
    .map(([, name = '', help = '']) => [code(name), kinds.get(name) ?? '', help])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return page('metrics.md', 'Metrics', "the running server's `/metrics`", [
    "`GET /metrics` answers in Prometheus' text format, with these beside those of the process itself (`process_…`, `nodejs_…`). Anyone who reaches the server can read them: let a proxy keep the path to yourself.",
    table(['metric', 'kind', 'what it is'], rows),
  ]);
}
