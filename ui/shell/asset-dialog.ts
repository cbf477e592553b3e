/** `<livestreams-asset-dialog>`: changes the title of an asset and who may watch it. */
import { html, LitElement, type PropertyDeclarations } from 'lit';
import { Action } from '../elements/action.ts';
import { dialogStyles } from '../elements/dialog-styles.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import { answered } from './answered.ts';
import { type Asset, api } from './api.ts';
import { options, VISIBILITIES } from './stream-fields.ts';

export class AssetDialog extends LitElement {
  static override properties: PropertyDeclarations = { asset: { attribute: false } };
  static override styles = [sharedStyles, dialogStyles];
  declare asset: Asset;
  readonly #saving = new Action(this);

  show(): void {
    this.#saving.clear();
    this.renderRoot.querySelector('form')?.reset();
    this.#dialog.showModal();
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const body = {
      title: String(data.get('title')).trim(),
      visibility: data.get('visibility') as Asset['visibility'],
    };
    const path = { id: this.asset.id };
    const done = await this.#saving.run(() => answered(api.PATCH('/v1/assets/{id}', { params: { path }, body })));
    if (!done) return;
    this.#dialog.close();
    this.dispatchEvent(new Event('changed'));
  }

  protected override render() {
    const { title, visibility } = this.asset;
    return html`<dialog aria-labelledby="heading">
      <h2 id="heading">Settings</h2>
      <form @submit=${this.#submit}>
        <label>Title <input name="title" required maxlength="200" autocomplete="off" .defaultValue=${title} /></label>
        <label>Who may watch <select name="visibility">${options(VISIBILITIES, visibility)}</select></label>
        ${this.#saving.render()}
        <div class="actions">
          <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
          <button class="primary" ?disabled=${this.#saving.busy}>Save</button>
        </div>
      </form>
    </dialog>`;
  }
}

customElements.define('livestreams-asset-dialog', AssetDialog);
