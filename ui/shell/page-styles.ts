/** How the page of one thing is laid out: a way back, its title, the picture beside its cards, and what ends it below. */
import { css } from 'lit';

export const pageStyles = css`
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
    margin: var(--space-2) 0 var(--space-5);
  }
  .top .settings {
    margin-left: auto;
  }
  .back {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    margin-left: -4px;
    color: var(--text-dim);
    font-size: var(--size-small);
    font-weight: 560;
    text-decoration: none;
  }
  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr);
    align-items: start;
    gap: var(--space-5);
  }
  .column {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-5);
  }
  livestreams-player {
    --livestreams-radius: var(--radius);
    --livestreams-accent: #f04a55;
    box-shadow: var(--shadow);
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
    margin-top: var(--space-5);
  }
  .notice {
    margin-bottom: var(--space-4);
  }
  @media (max-width: 860px) {
    .columns {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
