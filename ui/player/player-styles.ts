/** How the player looks. Its colours and shapes are custom properties, so that a page can make it its own. */
import { css } from 'lit';

export const playerStyles = css`
  :host {
    --_accent: var(--livestreams-accent, #ff4d4f);
    --_text: var(--livestreams-text, #fff);
    --_dim: var(--livestreams-dim, rgb(255 255 255 / 0.72));
    --_back: var(--livestreams-background, #0b0d12);
    display: block;
    position: relative;
    aspect-ratio: 16 / 9;
    overflow: hidden;
    border-radius: var(--livestreams-radius, 0);
    background: var(--_back);
    color: var(--_text);
    color-scheme: dark;
    font: 14px / 1.4 var(--livestreams-font, system-ui, sans-serif);
    container-type: size;
  }
  :host([hidden]) {
    display: none;
  }
  media-controller {
    --media-background-color: var(--_back);
    --media-primary-color: var(--_text);
    --media-font-family: inherit;
    --media-control-background: transparent;
    --media-control-hover-background: rgb(255 255 255 / 0.14);
    --media-control-height: 22px;
    --media-control-padding: 9px;
    --media-tooltip-display: none;
    --media-menu-background: rgb(20 23 31 / 0.94);
    --media-menu-border-radius: 10px;
    --media-live-button-indicator-color: var(--_accent);
    --media-range-bar-color: var(--_accent);
    --media-range-thumb-background: var(--_text);
    --media-focus-box-shadow: inset 0 0 0 2px var(--_text);
    width: 100%;
    height: 100%;
  }
  video {
    width: 100%;
    height: 100%;
    object-fit: contain;
  }
  media-control-bar {
    align-items: center;
    width: 100%;
    padding: 28px 6px 4px;
    box-sizing: border-box;
    background: linear-gradient(to top, rgb(0 0 0 / 0.72), rgb(0 0 0 / 0.4) 55%, transparent);
  }
  media-control-bar > * {
    border-radius: 8px;
  }
  media-live-button {
    font-weight: 600;
    letter-spacing: 0.03em;
  }
  /* What this browser cannot do, or there is not, is not offered. */
  media-captions-button:not([mediasubtitleslist]),
  media-airplay-button[mediaairplayunavailable],
  media-pip-button[mediapipunavailable],
  media-fullscreen-button[mediafullscreenunavailable],
  media-volume-range[mediavolumeunavailable] {
    display: none;
  }
  media-volume-range {
    width: 72px;
  }
  .space {
    flex: 1;
  }
  .readout {
    padding: 0 8px;
    color: var(--_dim);
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .overlay {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 10px;
    padding: 20px;
    text-align: center;
    background: radial-gradient(120% 120% at 50% 0%, #1d2330, var(--_back) 70%);
  }
  .overlay.over-picture {
    background: rgb(6 8 12 / 0.62);
    backdrop-filter: blur(10px);
  }
  .overlay.bare {
    background: none;
    pointer-events: none;
  }
  .overlay.bare > * {
    pointer-events: auto;
  }
  .overlay h2 {
    margin: 0;
    font-size: clamp(16px, 4.4cqw, 24px);
    font-weight: 650;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  .overlay p {
    margin: 0;
    max-width: 44ch;
    color: var(--_dim);
    text-wrap: balance;
  }
  .overlay > svg {
    width: 44px;
    height: 44px;
    opacity: 0.85;
  }
  @container (height < 200px) {
    .overlay p,
    .overlay > svg {
      display: none;
    }
  }
  @container (width < 440px) {
    media-volume-range,
    media-pip-button,
    .readout .word {
      display: none;
    }
  }

  button {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 40px;
    padding: 0 18px;
    border: 0;
    border-radius: 999px;
    background: var(--_text);
    color: #11141b;
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:hover {
    filter: brightness(0.92);
  }
  button:focus-visible {
    outline: 2px solid var(--_text);
    outline-offset: 3px;
  }
  button svg {
    width: 18px;
    height: 18px;
  }
  button.round {
    width: 72px;
    height: 72px;
    padding: 0;
    justify-content: center;
    background: rgb(10 12 18 / 0.66);
    color: var(--_text);
    backdrop-filter: blur(8px);
  }
  button.round svg {
    width: 32px;
    height: 32px;
  }
  .corner {
    position: absolute;
    top: 12px;
    left: 12px;
  }

  .pulse {
    display: flex;
    gap: 8px;
    height: 34px;
    align-items: center;
  }
  .pulse i {
    width: 10px;
    height: 10px;
    border-radius: 50%;
    background: var(--_accent);
    animation: breathe 1.2s ease-in-out infinite;
  }
  .pulse i:nth-child(2) {
    animation-delay: 0.16s;
  }
  .pulse i:nth-child(3) {
    animation-delay: 0.32s;
  }
  @keyframes breathe {
    0%,
    70%,
    100% {
      transform: scale(0.62);
      opacity: 0.45;
    }
    35% {
      transform: scale(1);
      opacity: 1;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .pulse i {
      animation: none;
      opacity: 0.8;
    }
  }
`;
