/** `<livestreams-job-progress>`: how far a job is, as a bar, with how fast it goes and how long it will take. */
import { css, html, LitElement, type PropertyDeclarations } from 'lit';
import { sharedStyles } from '../elements/shared-styles.ts';
import type { Job } from './api.ts';
import { duration } from './words.ts';

export class JobProgress extends LitElement {
  static override properties: PropertyDeclarations = { job: { attribute: false } };
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        gap: 4px;
      }
      progress {
        width: 100%;
        height: 8px;
        overflow: hidden;
        border: 0;
        border-radius: 999px;
        background: var(--surface-sunken);
        appearance: none;
      }
      progress::-webkit-progress-bar {
        background: var(--line);
      }
      progress::-webkit-progress-value {
        border-radius: 999px;
        background: var(--good);
        transition: width 0.4s;
      }
      progress::-moz-progress-bar {
        background: var(--good);
      }
      span {
        font-variant-numeric: tabular-nums;
      }
      @media (prefers-reduced-motion: reduce) {
        progress::-webkit-progress-value {
          transition: none;
        }
      }
    `,
  ];
  declare job: Job;

  protected override render() {
    const { percent = 0, speed, eta } = this.job.progress ?? {};
    const words = [
      `${Math.floor(percent)} %`,
      ...(speed === undefined ? [] : [`${speed.toFixed(1)}×`]),
      ...(eta === undefined ? [] : [`${duration(eta)} left`]),
    ];
    return html`<progress max="100" value=${percent} aria-label=${`Progress of ${this.job.name}`}></progress>
      <span class="dim small">${words.join(' · ')}</span>`;
  }
}

customElements.define('livestreams-job-progress', JobProgress);
