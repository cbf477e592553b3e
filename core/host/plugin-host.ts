/** Makes the host of one plugin: everything it may reach, and nothing else. */
import type { Kysely } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Host, Logger, Metrics, ServiceMap, Storage } from '#plugin-api';
import type { AssetStore } from '../assets/assets.ts';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import { pluginInvalid } from '../errors.ts';
import { LateEvents } from '../events/late.ts';
import type { EventLog } from '../events/log.ts';
import type { Hooks } from '../hooks.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { sessionViews } from '../sessions/views.ts';
import { media } from '../transcode/media.ts';
import { pluginDatabase } from './plugin-database.ts';

/** What hosts are made from. */
export interface HostParts {
  /** Where the server runs, as plugins are told. */
  server: Host['server'];
  db: Kysely<CoreTables>;
  jobs: Pick<Jobs, 'define' | 'enqueue'>;
  events: Pick<EventLog, 'append' | 'on'>;
  hooks: Hooks;
  storage: Storage;
  assets: AssetStore;
  metrics: Registry;
  log: Logger;
}

export interface MadeHost {
  host: Host;
  /** Aborts its signal and ends its subscriptions. */
  close(): void;
}

export function makeHost(
  plugin: { name: string; config: unknown; services: Partial<ServiceMap> },
  parts: HostParts,
): MadeHost {
  const { name, config, services } = plugin;
  const { jobs, events, hooks } = parts;
  const controller = new AbortController();
  const subscriptions: (() => void)[] = [];
  const own = (what: string, called: string) => {
    if (called.startsWith(`${name}.`)) return;
    throw pluginInvalid(`Plugin ${name} may not ${what} "${called}"; its own begin with "${name}.".`);
  };
  const host: Host = {
    plugin: name,
    config,
    server: parts.server,
    tap: (hook, tap, options) => hooks.tap(name, hook, tap, options),
    on: (type, handler) => {
      const undo = events.on(type, handler);
      subscriptions.push(undo);
      return undo;
    },
    emit: async (event) => {
      own('emit', event.type);
      await events.append(event);
    },
    enqueue: async (job, payload, options) => {
      own('enqueue', job);
      return jobs.enqueue(job, payload, options);
    },
    db: pluginDatabase(parts.db, name),
    transaction: (work) =>
      withTransaction(parts.db, async (tx) => {
        const late = new LateEvents(events);
        const done = await work({
          assets: parts.assets.within(tx, late),
          db: pluginDatabase(tx, name),
          enqueue: async (job, payload, options) => {
            own('enqueue', job);
            return jobs.enqueue(job, payload, options, tx);
          },
        });
        await late.flush(tx);
        return done;
      }),
    services,
    storage: parts.storage,
    assets: parts.assets,
    media,
    sessions: sessionViews(parts.db, parts.storage),
    log: parts.log.child({ plugin: name }),
    metrics: pluginMetrics(name, parts.metrics),
    signal: controller.signal,
  };
  return {
    host: Object.freeze(host),
    close() {
      controller.abort();
      for (const undo of subscriptions) undo();
    },
  };
}

function pluginMetrics(plugin: string, registry: Registry): Metrics {
  const full = (name: string) => `livestreams_${plugin.replaceAll('-', '_')}_${name}`;
  return {
    counter(name, help) {
      const counter = new Counter({ name: full(name), help, registers: [registry] });
      return { inc: (by) => counter.inc(by ?? 1) };
    },
    gauge(name, help) {
      const gauge = new Gauge({ name: full(name), help, registers: [registry] });
      return { set: (value) => gauge.set(value) };
    },
  };
}
