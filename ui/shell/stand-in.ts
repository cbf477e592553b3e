/** What is in the place of the player where there is nothing to play: a sign, what is the matter, and why. */
import { css, html, type TemplateResult } from 'lit';
import { icon } from '../elements/icon.ts';

export const standInStyles = css`
  .stand-in {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--space-3);
    aspect-ratio: 16 / 9;
    padding: var(--space-5);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface-sunken);
    text-align: center;
    overflow-wrap: anywhere;
  }
  .stand-in svg.icon {
    width: 36px;
    height: 36px;
    color: var(--text-dim);
  }
`;

export function standIn(
  sign: string,
  heading: string,
  why: string,
  role: 'status' | 'alert' = 'status',
): TemplateResult {
  return html`<div class="stand-in" role=${role}>${icon(sign)}<h2>${heading}</h2><p class="dim">${why}</p></div>`;
}

/** For members who may make no token. */
export function protectedStandIn(): TemplateResult {
  return standIn('key', 'It is protected', 'Your role does not open it. Ask a creator of the organization for a link.');
}
