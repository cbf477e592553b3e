/** How the frame of the dashboard looks: a bar on top, and on phones the pages in a bar at the bottom. */
import { css } from 'lit';

export const dashboardStyles = css`
  .skip {
    position: absolute;
    top: var(--space-2);
    left: var(--space-2);
    z-index: 6;
    padding: var(--space-2) var(--space-4);
    border-radius: var(--radius-small);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .skip:not(:focus) {
    transform: translateY(-200%);
  }
  .bar {
    position: sticky;
    top: 0;
    z-index: 5;
    border-bottom: 1px solid var(--line);
    background: color-mix(in srgb, var(--surface) 92%, transparent);
    backdrop-filter: blur(10px);
  }
  .bar > div {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    max-width: var(--page);
    height: 60px;
    margin: 0 auto;
    padding: 0 var(--space-4);
  }
  .bar a.home {
    display: inline-flex;
    text-decoration: none;
    border-radius: var(--radius-small);
  }
  nav {
    display: flex;
    flex: 1;
    gap: var(--space-1);
    min-width: 0;
    margin-left: var(--space-4);
    padding: 3px;
    overflow-x: auto;
  }
  nav a {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 6px 12px;
    border-radius: var(--radius-small);
    color: var(--text-dim);
    font-weight: 560;
    text-decoration: none;
    white-space: nowrap;
  }
  nav a:hover,
  nav a[aria-current='page'] {
    background: var(--surface-sunken);
    color: var(--text);
  }
  .cut-off:not(:empty) {
    padding: var(--space-2) var(--space-4);
    background: var(--warn-soft);
    color: var(--warn);
    font-size: var(--size-small);
    font-weight: 560;
    text-align: center;
  }
  main {
    max-width: var(--page);
    margin: 0 auto;
    padding: var(--space-6) var(--space-4) var(--space-7);
  }
  main:focus {
    outline: none;
  }
  @media (max-width: 720px) {
    main {
      padding: var(--space-5) var(--space-4) calc(88px + env(safe-area-inset-bottom));
    }
    /* The blur would make the bar the box that the pages' own bar is fixed to. */
    .bar {
      background: var(--surface);
      backdrop-filter: none;
    }
    .bar > div {
      justify-content: space-between;
      height: 54px;
    }
    nav {
      position: fixed;
      inset: auto 0 0;
      justify-content: space-around;
      gap: 0;
      margin: 0;
      padding: 4px 4px calc(4px + env(safe-area-inset-bottom));
      border-top: 1px solid var(--line);
      background: var(--surface);
    }
    nav a {
      flex: 1;
      flex-direction: column;
      gap: 2px;
      min-width: 64px;
      padding: 7px 4px 5px;
      font-size: 11px;
    }
    nav a svg.icon {
      width: 22px;
      height: 22px;
    }
    nav a[aria-current='page'] {
      background: none;
      color: var(--accent);
    }
  }
`;
