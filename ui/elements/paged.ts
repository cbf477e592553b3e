/** A list of the API that is read page by page: the first at once, each further one when the person asks. */
import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { Loaded, type Refreshing } from './loaded.ts';

export interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
}

/** Rows read at once. */
const PAGE = 25;

export class Paged<T> {
  #pages = 1;
  readonly #list: Loaded<PageOf<T>>;

  /** @param load One page: the first, or the one that `cursor` leads to. */
  constructor(
    host: ReactiveControllerHost,
    load: (query: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<PageOf<T>>,
    refreshing: Refreshing = {},
  ) {
    const loadAll = async (signal: AbortSignal) => {
      const list = await load({ limit: PAGE }, signal);
      for (let page = 1; page < this.#pages && list.next_cursor !== null; page++) {
        const next = await load({ limit: PAGE, cursor: list.next_cursor }, signal);
        list.data.push(...next.data);
        list.next_cursor = next.next_cursor;
      }
      return list;
    };
    this.#list = new Loaded(host, loadAll, refreshing);
  }

  reload(): Promise<void> {
    return this.#list.reload();
  }

  /** What is loaded so far; nothing before the first answer. */
  get items(): T[] {
    return this.#list.value?.data ?? [];
  }

  /** The list as `there` draws it, with a button for more where there is more. */
  render(there: (items: T[]) => TemplateResult): TemplateResult {
    return this.#list.render(
      ({ data, next_cursor: next }) => html`${there(data)}
        ${next === null ? nothing : html`<button type="button" class="more compact" @click=${this.#more}>Show more</button>`}`,
    );
  }

  readonly #more = () => {
    this.#pages++;
    void this.reload();
  };
}
