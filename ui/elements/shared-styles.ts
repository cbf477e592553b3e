/** Styles that the dashboard's components share: headings, buttons, fields, cards, badges and messages. */
import { css } from 'lit';

export const sharedStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  h1 {
    font-size: var(--size-title);
    font-weight: 680;
    letter-spacing: -0.02em;
    line-height: 1.2;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: var(--size-large);
    font-weight: 640;
    letter-spacing: -0.01em;
  }
  a {
    color: inherit;
  }
  .dim {
    color: var(--text-dim);
  }
  .small {
    font-size: var(--size-small);
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  .card {
    padding: var(--space-5);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .card > header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-2);
    margin-bottom: var(--space-4);
  }

  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: var(--control);
    padding: 0 var(--space-4);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-weight: 560;
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
  }
  button:hover,
  .button:hover {
    background: var(--surface-sunken);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--accent-text);
  }
  button.primary:hover {
    filter: brightness(1.06);
  }
  button.quiet {
    border-color: transparent;
    background: none;
    color: var(--text-dim);
  }
  button.quiet:hover {
    background: var(--surface-sunken);
    color: var(--text);
  }
  button.danger {
    color: var(--bad);
  }
  button.compact {
    min-height: 32px;
    padding: 0 var(--space-3);
    font-size: var(--size-small);
  }

  label,
  .field {
    display: grid;
    gap: 6px;
    font-size: var(--size-small);
    font-weight: 560;
  }
  label .dim {
    font-weight: 400;
  }
  input,
  select,
  textarea {
    width: 100%;
    min-height: var(--control);
    padding: 0 var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-size: var(--size-body);
    font-weight: 400;
  }
  select {
    text-overflow: ellipsis;
  }
  input[readonly] {
    background: var(--surface-sunken);
    color: var(--text-dim);
  }
  textarea {
    min-height: 88px;
    padding-block: var(--space-2);
    resize: vertical;
  }
  label.switch {
    grid-template-columns: auto 1fr;
    align-items: start;
    gap: var(--space-3);
  }
  label.switch .dim {
    display: block;
  }
  input[type='checkbox'],
  input[type='radio'] {
    flex: none;
    width: 18px;
    min-height: 18px;
    height: 18px;
    margin: 1px 0 0;
    accent-color: var(--accent);
  }
  form {
    display: grid;
    gap: var(--space-4);
  }

  .badge {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px;
    border-radius: 999px;
    background: var(--surface-sunken);
    color: var(--text-dim);
    font-size: var(--size-small);
    font-weight: 600;
    white-space: nowrap;
  }
  .badge::before {
    content: '';
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: currentColor;
  }
  .badge.plain::before {
    content: none;
  }
  .badge.live {
    background: var(--accent-soft);
    color: var(--accent);
  }
  .badge.good {
    background: var(--good-soft);
    color: var(--good);
  }
  .badge.warn {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .badge.bad {
    background: var(--bad-soft);
    color: var(--bad);
  }

  .notice {
    padding: var(--space-3) var(--space-4);
    font-weight: 400;
    border-radius: var(--radius-small);
    background: var(--surface-sunken);
    color: var(--text-dim);
    font-size: var(--size-small);
  }
  .notice.good {
    background: var(--good-soft);
    color: var(--good);
  }
  .notice.bad {
    background: var(--bad-soft);
    color: var(--bad);
  }
  .notice.warn {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: var(--space-3);
    padding: var(--space-5) var(--space-4);
    text-align: center;
    overflow-wrap: anywhere;
  }
  .empty > svg.icon {
    width: 32px;
    height: 32px;
    color: var(--text-dim);
  }
  .skeleton {
    height: 20px;
    border-radius: 6px;
    background: var(--surface-sunken);
    animation: breathe 1.6s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.5;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .skeleton {
      animation: none;
    }
  }
  svg.icon {
    flex: none;
    width: 18px;
    height: 18px;
  }

  ul.rows {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  ul.rows > li {
    display: flex;
    align-items: center;
    gap: var(--space-3);
    min-height: 52px;
    padding: var(--space-2) 0;
    border-top: 1px solid var(--line);
  }
  ul.rows > li:first-child {
    border-top: 0;
  }
  button.more {
    justify-self: start;
    margin: var(--space-2) 0 var(--space-4);
  }
  .grow {
    flex: 1;
    min-width: 0;
  }
  @media (max-width: 520px) {
    ul.rows.wrapping > li {
      flex-wrap: wrap;
      gap: var(--space-2) var(--space-3);
      padding: var(--space-3) 0;
    }
    ul.rows.wrapping > li > .grow {
      flex-basis: 100%;
    }
  }
`;
