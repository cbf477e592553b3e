/** The qualities of a source as media-chrome's quality menu reads them from a video element (`video.videoRenditions`). */

export interface Rendition {
  id: string;
  width: number;
  height: number;
  /** Bits per second. */
  bitrate: number;
}

/** An array-like of renditions; `selectedIndex` is -1 while the player chooses. Fires addrendition, removerendition and change. */
export class RenditionList extends EventTarget {
  [index: number]: Rendition;
  length = 0;
  #selected = -1;

  *[Symbol.iterator](): Iterator<Rendition> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }

  get selectedIndex(): number {
    return this.#selected;
  }

  set selectedIndex(index: number) {
    if (index === this.#selected) return;
    this.#selected = index;
    this.dispatchEvent(new Event('change'));
  }

  /** Puts the qualities of a new source in place of the old ones. */
  replace(renditions: readonly Rendition[]): void {
    for (let i = 0; i < this.length; i++) delete this[i];
    renditions.forEach((rendition, index) => {
      this[index] = rendition;
    });
    this.length = renditions.length;
    this.#selected = -1;
    this.dispatchEvent(new Event('removerendition'));
    if (this.length > 0) this.dispatchEvent(new Event('addrendition'));
  }
}
