/** The eight hooks: tapable decides the order and carries values on, the guards hold what a plugin's tap may do wrong. */
import { Histogram, type Registry } from 'prom-client';
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesHook, AsyncSeriesWaterfallHook } from 'tapable';
import type { HookMap, HookName, Logger, Tap } from '#plugin-api';
import { pluginInvalid } from './errors.ts';
import { guard, type TapOutcome } from './hooks/guard.ts';
import { nearestName } from './schema.ts';

type Context<H extends HookName> = HookMap[H]['context'];
type NotifyHook = 'segment' | 'jobComplete' | 'asset';
type ShapeHook = 'pipeline' | 'playlist';
type Call = (...parameters: unknown[]) => Promise<TapOutcome<unknown>>;

/** Milliseconds that a tap may take where it does not state its own budget. */
export const BUDGETS: Record<HookName, number> = {
  authorize: 2_000,
  publish: 2_000,
  pipeline: 1_000,
  segment: 2_000,
  // A viewer waits for it.
  playlist: 50,
  unpublish: 2_000,
  jobComplete: 5_000,
  asset: 5_000,
};

/** Told to a client when a gate's tap cannot answer: what went wrong is the operator's to read, in the log. */
const GATE_FAILED = 'The server could not check whether this is allowed. Try again in a moment.';

export interface Quarantine {
  plugin: string;
  hook: HookName;
  reason: string;
  since: Date;
}

export interface HooksOptions {
  log: Logger;
  /** Where `livestreams_hook_tap_seconds` is kept. */
  registry?: Registry;
  /** Called once a plugin, when it is quarantined. */
  onQuarantine?: (quarantine: Quarantine) => void;
}

/**
 * Taps run in the order in which plugins are set up, which is the order of their needs; `before` moves one up.
 *
 * What a failing tap, or one over its budget, does:
 * - notify (`segment`, `unpublish`, `jobComplete`, `asset`): it is logged and counted, and stops nobody;
 * - shape (`pipeline`, `playlist`): the value goes on as it was before that tap;
 * - gate (`authorize`): refused, with a general reason. Letting in whom nobody checked would be the worse mistake;
 * - `publish`: the publish is refused, since its jobs would be missing.
 *
 * A tap that misses its budget three times in a row puts its plugin in quarantine until the next start: its notify and shape
 * taps are skipped. Its gates still stand: quarantine must not open a door.
 */
export class Hooks {
  readonly #log: Logger;
  readonly #onQuarantine: (quarantine: Quarantine) => void;
  readonly #seconds: Histogram<'hook' | 'plugin' | 'outcome'> | null;
  readonly #taps = new Map<HookName, Set<string>>();
  readonly #befores: { plugin: string; hook: HookName; before: string }[] = [];
  readonly #quarantines = new Map<string, Quarantine>();
  #sealed = false;

  readonly #authorize = new AsyncSeriesBailHook<[Context<'authorize'>], { refuse: string } | undefined>(['context']);
  readonly #publish = new AsyncSeriesHook<[Context<'publish'>]>(['context']);
  readonly #unpublish = new AsyncSeriesHook<[Context<'unpublish'>]>(['context']);
  readonly #pipeline = new AsyncSeriesWaterfallHook<[HookMap['pipeline']['value'], Context<'pipeline'>]>([
    'value',
    'context',
  ]);
  readonly #playlist = new AsyncSeriesWaterfallHook<[HookMap['playlist']['value'], Context<'playlist'>]>([
    'value',
    'context',
  ]);
  readonly #notify = {
    segment: new AsyncParallelHook<[Context<'segment'>]>(['context']),
    jobComplete: new AsyncParallelHook<[Context<'jobComplete'>]>(['context']),
    asset: new AsyncParallelHook<[Context<'asset'>]>(['context']),
  };

  constructor(options: HooksOptions) {
    this.#log = options.log;
    this.#onQuarantine = options.onQuarantine ?? (() => {});
    this.#seconds = options.registry
      ? new Histogram({
          name: 'livestreams_hook_tap_seconds',
          help: 'Time that taps of plugins take, by outcome: answered, failed, over_budget.',
          labelNames: ['hook', 'plugin', 'outcome'],
          buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
          registers: [options.registry],
        })
      : null;
  }

  /**
   * Adds a plugin's tap. `before` names a plugin that taps the same hook; `budget` is in milliseconds.
   * Throws `LS_PLUGIN_INVALID` for a hook that does not exist and for a second tap of the same plugin on one hook.
   */
  tap<H extends HookName>(
    plugin: string,
    hook: H,
    fn: Tap<H>,
    options: { before?: string; budget?: number } = {},
  ): void {
    if (!Object.hasOwn(BUDGETS, hook)) {
      const meant = nearestName(hook, Object.keys(BUDGETS));
      throw pluginInvalid(
        `Plugin ${plugin} taps a hook "${hook}" that does not exist${meant ? `; did it mean "${meant}"` : ''}.`,
      );
    }
    if (this.#sealed) throw pluginInvalid(`Plugin ${plugin} taps ${hook} after the start; taps belong into setup.`);
    const taps = this.#taps.get(hook) ?? new Set();
    if (taps.has(plugin)) throw pluginInvalid(`Plugin ${plugin} taps ${hook} twice.`);
    this.#taps.set(hook, taps.add(plugin));
    if (options.before !== undefined) this.#befores.push({ plugin, hook, before: options.before });
    this.#insert(plugin, hook, this.#guarded(plugin, hook, fn, options.budget), options.before);
  }

  /** Ends the time of tapping. Throws `LS_PLUGIN_INVALID` for a `before` that names no tap of its hook. */
  seal(): void {
    this.#sealed = true;
    for (const { plugin, hook, before } of this.#befores) {
      if (before !== plugin && this.#taps.get(hook)?.has(before)) continue;
      throw pluginInvalid(`Plugin ${plugin} taps ${hook} before "${before}", but no such plugin taps ${hook}.`);
    }
  }

  /** Asks each gate in turn; the first refusal stands. Undefined: allowed. */
  async authorize(context: Context<'authorize'>): Promise<{ refuse: string } | undefined> {
    return this.#authorize.promise(context);
  }

  /** Runs the taps in the caller's transaction. Rejects with the first tap's error: the publish is then refused. */
  async publish(context: Context<'publish'>): Promise<void> {
    await this.#publish.promise(context);
  }

  /**
   * Runs the taps in the caller's transaction, and never rejects. A tap's failed query would still end the transaction
   * in PostgreSQL, so the caller's `enqueue` must hold a savepoint.
   */
  async unpublish(context: Context<'unpublish'>): Promise<void> {
    await this.#unpublish.promise(context);
  }

  async pipeline(value: HookMap['pipeline']['value'], context: Context<'pipeline'>): Promise<typeof value> {
    return this.#pipeline.promise(value, context);
  }

  async playlist(value: HookMap['playlist']['value'], context: Context<'playlist'>): Promise<typeof value> {
    return this.#playlist.promise(value, context);
  }

  /** Tells all taps at once. Never rejects; nothing on the way of a live picture waits for it. */
  async notify<H extends NotifyHook>(hook: H, context: Context<H>): Promise<void> {
    await (this.#notify[hook] as AsyncParallelHook<[Context<H>]>).promise(context as never);
  }

  /** The plugins whose taps are skipped, for the dashboard. */
  quarantined(): Quarantine[] {
    return [...this.#quarantines.values()];
  }

  /** Which plugins tap a hook, in the order of calling. */
  taps(hook: HookName): string[] {
    return this.#hook(hook).taps.map((tap) => tap.name);
  }

  #hook(hook: HookName): { taps: { name: string }[] } {
    const hooks = {
      authorize: this.#authorize,
      publish: this.#publish,
      unpublish: this.#unpublish,
      pipeline: this.#pipeline,
      playlist: this.#playlist,
      ...this.#notify,
    };
    return hooks[hook];
  }

  /** Says to tapable what each outcome means for its kind of hook. */
  #insert(plugin: string, hook: HookName, call: Call, before: string | undefined): void {
    const place = before === undefined ? { name: plugin } : { name: plugin, before };
    switch (hook) {
      case 'authorize':
        this.#authorize.tapPromise(place, async (context) => {
          const outcome = await call(context);
          if (outcome.kind !== 'answered') return { refuse: GATE_FAILED };
          if (outcome.answer === undefined) return;
          const { refuse } = Object(outcome.answer) as { refuse?: unknown };
          return { refuse: typeof refuse === 'string' ? refuse : GATE_FAILED };
        });
        return;
      case 'publish':
        this.#publish.tapPromise(place, async (context) => {
          const outcome = await call(context);
          if (outcome.kind === 'failed' || outcome.kind === 'over_budget') throw outcome.error;
        });
        return;
      case 'unpublish':
        this.#unpublish.tapPromise(place, async (context) => void (await call(context)));
        return;
      case 'pipeline':
      case 'playlist':
        this.#insertShape(hook, place, call);
        return;
      default:
        (this.#notify[hook] as AsyncParallelHook<[unknown]>).tapPromise(place, async (context) => {
          await call(context);
        });
    }
  }

  #insertShape(hook: ShapeHook, place: { name: string; before?: string }, call: Call): void {
    const target = (hook === 'pipeline' ? this.#pipeline : this.#playlist) as unknown as AsyncSeriesWaterfallHook<
      [object, unknown]
    >;
    target.tapPromise(place, async (value, context) => {
      // A tap works on its own copy, so that one that fails half-way leaves nothing behind.
      const outcome = await call(structuredClone(value), context);
      return outcome.kind === 'answered' && isObject(outcome.answer) ? outcome.answer : value;
    });
  }

  #guarded<H extends HookName>(plugin: string, hook: H, fn: Tap<H>, budget = BUDGETS[hook]): Call {
    const isGate = hook === 'authorize' || hook === 'publish';
    const guarded = guard(fn as (...parameters: unknown[]) => unknown, {
      plugin,
      hook,
      budget,
      log: this.#log,
      measured: (outcome, seconds) => this.#seconds?.observe({ hook, plugin, outcome }, seconds),
      missedTooOften: (reason) => this.#quarantine({ plugin, hook, reason, since: new Date() }),
    });
    return async (...parameters) =>
      !isGate && this.#quarantines.has(plugin) ? { kind: 'skipped' } : guarded(...parameters);
  }

  #quarantine(quarantine: Quarantine): void {
    if (this.#quarantines.has(quarantine.plugin)) return;
    this.#quarantines.set(quarantine.plugin, quarantine);
    this.#log.error({ ...quarantine }, `Plugin ${quarantine.plugin} is in quarantine until the next start.`);
    this.#onQuarantine(quarantine);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
