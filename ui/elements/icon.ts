/** The interface's icons, drawn as lines; panels name them in their manifest. */
import { html, svg, type TemplateResult } from 'lit';

const PATHS = {
  back: svg`<path d="M15 5.5 8.5 12l6.5 6.5" />`,
  broadcast: svg`<path d="M5.6 6.2a8.6 8.6 0 0 0 0 11.6M18.4 6.2a8.6 8.6 0 0 1 0 11.6M8.5 9a4.6 4.6 0 0 0 0 6M15.5 9a4.6 4.6 0 0 1 0 6" /><circle cx="12" cy="12" r="1.3" />`,
  chart: svg`<path d="M4.5 19.5h15M7.5 16v-5M12 16V6M16.5 16V9" />`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2" /><path d="M15.5 5.5a1 1 0 0 0-1-1h-9a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1" />`,
  disk: svg`<rect x="3.5" y="13" width="17" height="6.5" rx="1.6" /><path d="m4 13.4 2.4-8a1.3 1.3 0 0 1 1.2-.9h8.8a1.3 1.3 0 0 1 1.2.9l2.4 8M16.8 16.3h.1" />`,
  done: svg`<path d="m5 12.5 4.6 4.6L19 7.5" />`,
  exit: svg`<path d="M14 4.5H6.5a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1H14M10.5 12H20m-3.2-3.4L20 12l-3.2 3.4" />`,
  eye: svg`<path d="M3 12s3.4-6 9-6 9 6 9 6-3.4 6-9 6-9-6-9-6Z" /><circle cx="12" cy="12" r="2.6" />`,
  key: svg`<circle cx="8.5" cy="15" r="4" /><path d="m11.5 12 8-8M16 7.5l2.6 2.6" />`,
  layers: svg`<path d="m12 4 8.5 4.5L12 13 3.5 8.5 12 4Z" /><path d="m4 13 8 4.2 8-4.2" />`,
  open: svg`<path d="M13.5 4.5h6v6M19.5 4.5 11 13M17.5 13.5v5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1h5" />`,
  plug: svg`<path d="M9 3.5V8M15 3.5V8M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0V8ZM12 17v3.5" />`,
  plus: svg`<path d="M12 5v14M5 12h14" />`,
  settings: svg`<circle cx="12" cy="12" r="2.8" /><path d="M12 3.5v2.6M12 17.9v2.6M3.5 12h2.6M17.9 12h2.6M6 6l1.9 1.9M16.1 16.1 18 18M18 6l-1.9 1.9M7.9 16.1 6 18" />`,
  film: svg`<rect x="3.5" y="5" width="17" height="14" rx="2" /><path d="m10.3 9.3 4.7 2.7-4.7 2.7V9.3Z" />`,
  list: svg`<path d="M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.1M4.5 12h.1M4.5 17.5h.1" />`,
  person: svg`<circle cx="12" cy="8.5" r="3.6" /><path d="M5 19.5a7 7 0 0 1 14 0" />`,
  people: svg`<circle cx="9" cy="8.5" r="3.3" /><path d="M3.2 19.2a5.8 5.8 0 0 1 11.6 0M16 5.4a3.2 3.2 0 0 1 0 6.2M17.6 14a5.8 5.8 0 0 1 3.2 5.2" />`,
  download: svg`<path d="M12 4.5v10M7.8 10.6 12 14.8l4.2-4.2M5 19.5h14" />`,
  trash: svg`<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 10.5v5.5M14 10.5v5.5" />`,
  chevron: svg`<path d="m7.5 10 4.5 4.5 4.5-4.5" />`,
  warning: svg`<path d="M12 4 3 19.5h18L12 4Z" /><path d="M12 10v4.4M12 17v.1" />`,
};

/** An icon by name; a name that is not known shows a plug, the sign of a plugin. */
export function icon(name: string): TemplateResult {
  const paths = name in PATHS ? PATHS[name as keyof typeof PATHS] : PATHS.plug;
  return html`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;
}
