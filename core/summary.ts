/** The few lines that a start ends with. */
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { RunningPlugins } from './host.ts';

export interface SummaryOptions {
  config: Config;
  database: Pick<Database, 'embedded'>;
  /** What creators type, by ingest. */
  urls: Record<string, Record<string, string>>;
  plugins: Pick<RunningPlugins, 'list'>;
  /** Where there is no owner yet. */
  setupLink: string | null;
  demoStream: string | null;
}

export function startSummary(options: SummaryOptions): string[] {
  const { config, database, urls, plugins, setupLink, demoStream } = options;
  const rows: [string, string][] = [['Dashboard', config.publicUrl]];
  if (setupLink) rows.push(['Set-up', `${setupLink}  (once, within 24 hours)`]);
  for (const [ingest, { url }] of Object.entries(urls)) if (url) rows.push([`Publish (${ingest})`, url]);
  if (demoStream) rows.push(['Demo', `${config.publicUrl}/watch/${demoStream}`]);
  const media = config.s3 === null ? `media in ${config.dataDir}` : `media on their way in ${config.dataDir}`;
  rows.push(['Embedded', database.embedded ? `PostgreSQL, ${media}` : media]);
  const store = config.s3 && `S3 bucket ${config.s3.bucket}${config.s3.endpoint ? ` at ${config.s3.endpoint}` : ''}`;
  const external = [database.embedded ? null : 'PostgreSQL', store].filter((each) => each !== null);
  if (external.length > 0) rows.push(['External', external.join(', ')]);
  rows.push(['Plugins', plugins.list.map(({ name }) => name).join(', ') || 'none']);
  const width = Math.max(...rows.map(([label]) => label.length));
  return ['', 'Livestreams is running.', ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`), ''];
}
