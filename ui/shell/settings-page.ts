/** `<livestreams-settings-page>`: what concerns the organization and the person rather than a stream, in sections. */
import './account-settings.ts';
import './api-keys.ts';
import './organization-settings.ts';
import './panel-host.ts';
import './people.ts';
import './storage-settings.ts';
import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { icon } from '../elements/icon.ts';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { Role } from './api.ts';
import type { PanelEntry } from './panels.ts';
import { may } from './person.ts';

interface Section {
  /** In the address. */
  name: string;
  title: string;
  icon: string;
  /** Lowest role that has anything to see there. */
  role: Role;
  draw(): TemplateResult;
}

const SECTIONS: Section[] = [
  {
    name: 'people',
    title: 'People',
    icon: 'people',
    role: 'viewer',
    draw: () => html`<livestreams-people></livestreams-people>`,
  },
  {
    name: 'api-keys',
    title: 'API keys',
    icon: 'key',
    role: 'admin',
    draw: () => html`<livestreams-api-keys></livestreams-api-keys>`,
  },
  {
    name: 'storage',
    title: 'Storage',
    icon: 'disk',
    role: 'creator',
    draw: () => html`<livestreams-storage-settings></livestreams-storage-settings>`,
  },
  {
    name: 'organization',
    title: 'Organization',
    icon: 'layers',
    role: 'viewer',
    draw: () => html`<livestreams-organization-settings></livestreams-organization-settings>`,
  },
  {
    name: 'account',
    title: 'Your account',
    icon: 'person',
    role: 'viewer',
    draw: () => html`<livestreams-account-settings></livestreams-account-settings>`,
  },
];

export class SettingsPage extends LitElement {
  static override properties: PropertyDeclarations = { section: { type: String }, panels: { attribute: false } };
  static override styles = [
    sharedStyles,
    css`
      h1 {
        margin-bottom: var(--space-5);
      }
      .columns {
        display: grid;
        grid-template-columns: 200px minmax(0, 1fr);
        align-items: start;
        gap: var(--space-5);
      }
      nav {
        display: grid;
        gap: 2px;
      }
      nav a {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: var(--control);
        padding: 0 var(--space-3);
        border-radius: var(--radius-small);
        color: var(--text-dim);
        font-weight: 560;
        text-decoration: none;
        white-space: nowrap;
      }
      nav a:hover,
      nav a[aria-current='page'] {
        background: var(--surface);
        color: var(--text);
      }
      nav a[aria-current='page'] {
        box-shadow: inset 0 0 0 1px var(--line);
      }
      @media (max-width: 720px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--space-4);
        }
        nav {
          display: flex;
          margin: 0 calc(-1 * var(--space-4));
          padding: 3px var(--space-4);
          overflow-x: auto;
        }
      }
    `,
  ];
  declare section: string;
  declare panels: PanelEntry[];

  constructor() {
    super();
    this.section = '';
    this.panels = [];
  }

  get #sections(): Section[] {
    const ofPlugins = this.panels.map(
      (panel): Section => ({
        name: panel.element,
        title: panel.title,
        icon: panel.icon,
        role: 'viewer',
        draw: () => html`<livestreams-panel .panel=${panel}></livestreams-panel>`,
      }),
    );
    return [...SECTIONS, ...ofPlugins].filter(({ role }) => may(role));
  }

  /** On phones the sections are a row that is longer than the screen. */
  protected override updated(): void {
    this.renderRoot.querySelector('nav [aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }

  protected override render() {
    const sections = this.#sections;
    const shown = sections.find(({ name }) => name === this.section) ?? sections[0];
    return html`
      <h1>Settings</h1>
      <div class="columns">
        <nav aria-label="Settings">
          ${sections.map(
            ({
              name,
              title,
              icon: sign,
            }) => html`<a href=${`/settings/${name}`} aria-current=${name === shown?.name ? 'page' : 'false'}>
              ${icon(sign)} ${title}
            </a>`,
          )}
        </nav>
        <div>${shown?.draw()}</div>
      </div>
    `;
  }
}

customElements.define('livestreams-settings-page', SettingsPage);
