/** How the pages look at which somebody comes in: one card in the middle, below the product's name. */
import { css } from 'lit';

/** Shortest password that the API takes. */
export const PASSWORD_LENGTH = 8;

export const doorStyles = css`
  :host {
    display: grid;
    place-content: center;
    min-height: 100dvh;
    padding: var(--space-4);
    grid-template-columns: minmax(0, 400px);
  }
  .brand {
    justify-self: center;
    margin-bottom: var(--space-5);
  }
  .card > p {
    margin: 6px 0 var(--space-5);
  }
  form > button {
    width: 100%;
    margin-top: var(--space-1);
  }
`;
