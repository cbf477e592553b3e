/** The product's name and sign. */
import { html, type TemplateResult } from 'lit';

export function wordmark(): TemplateResult {
  return html`<span style="display:inline-flex;align-items:center;gap:10px;font-weight:680;font-size:17px;letter-spacing:-0.01em">
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <path d="M13 10.5v11l9-5.5z" fill="var(--accent-text)" stroke="var(--accent-text)" stroke-width="1.6" stroke-linejoin="round" />
    </svg>
    Livestreams
  </span>`;
}
