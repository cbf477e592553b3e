/** What lies over the picture in each state: what is happening, and what the viewer can do. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Viewing } from './viewing.ts';

export interface OverlayContext {
  viewing: Viewing;
  video: HTMLVideoElement;
  /** Playback has begun at least once since the source was loaded. */
  begun: boolean;
  /** Played to its end. */
  finished: boolean;
  /** Does what a button is for. The button then goes, and whoever pressed it by the keyboard goes on at the controls. */
  act(work: () => void): void;
}

const line = (
  path: TemplateResult,
) => html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;
const playIcon = html`<svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M8 5.2v13.6a.8.8 0 0 0 1.2.7l11-6.8a.8.8 0 0 0 0-1.4l-11-6.8a.8.8 0 0 0-1.2.7Z" /></svg>`;
const offlineIcon = line(
  svg`<path d="M4.5 8.5a10.6 10.6 0 0 0 0 7M19.5 8.5a10.6 10.6 0 0 1 0 7M7.8 10a6.4 6.4 0 0 0 0 4M16.2 10a6.4 6.4 0 0 1 0 4" /><circle cx="12" cy="12" r="1.4" /><path d="m5 4 14 16" />`,
);
const endedIcon = line(svg`<circle cx="12" cy="12" r="8.5" /><path d="m8.5 12.2 2.4 2.4 4.6-5" />`);
const errorIcon = line(svg`<path d="M12 4 3 19.5h18L12 4Z" /><path d="M12 10v4.4M12 17v.1" />`);
const mutedIcon = line(
  svg`<path d="M4 9.5v5h3.4L12 18.5v-13L7.4 9.5H4Z" /><path d="m16 9.7 4.6 4.6M20.6 9.7 16 14.3" />`,
);
const pulse = html`<span class="pulse" aria-hidden="true"><i></i><i></i><i></i></span>`;

/** The overlay of the viewer's present state; nothing while the picture speaks for itself. */
export function overlay(context: OverlayContext): TemplateResult | typeof nothing {
  const { viewing, video, begun, act } = context;
  const title = viewing.status?.title;
  switch (viewing.state) {
    case 'loading':
      return curtain('loading', html`${pulse}`, 'Loading');
    case 'offline':
      return curtain(
        'offline',
        html`${offlineIcon}<h2>${title || 'The stream'} is offline</h2><p>It starts here by itself when the broadcast begins.</p>`,
      );
    case 'starting':
      return curtain('starting', html`${pulse}<h2>Starting…</h2><p>The first pictures are on their way.</p>`);
    case 'reconnecting':
      return curtain(
        'reconnecting over-picture',
        html`${pulse}<h2>Reconnecting…</h2><p>The broadcaster’s connection was lost. Playback goes on when it is back.</p>`,
      );
    case 'ended':
      return ended(context);
    case 'error':
      return curtain(
        'error',
        html`${errorIcon}<h2>${viewing.problem?.title}</h2><p>${viewing.problem?.fix}</p>
          ${viewing.problem?.retrying ? nothing : html`<button type="button" @click=${() => act(() => viewing.retry())}>Try again</button>`}`,
      );
    case 'live':
      if (video.muted && viewing.silenced) {
        const unmute = () => {
          video.muted = false;
        };
        return html`<div class="overlay bare" part="overlay" data-state="muted">
          <button class="corner" type="button" @click=${() => act(unmute)}>${mutedIcon} Unmute</button>
        </div>`;
      }
      return video.paused && !begun ? start(context) : nothing;
  }
}

function ended(context: OverlayContext): TemplateResult | typeof nothing {
  const { viewing, video, begun, finished, act } = context;
  if (viewing.liveElsewhere) {
    return html`<div class="overlay bare" part="overlay" data-state="live-again" role="status">
      <button class="corner" type="button" @click=${() => act(() => viewing.goLive())}>${playIcon} Live again: watch now</button>
    </div>`;
  }
  if (viewing.status === null) return video.paused && !begun ? start(context) : nothing;
  if (begun && !finished) return nothing;
  return curtain(
    'ended',
    html`${endedIcon}<h2>The stream has ended</h2>
      ${
        viewing.hasRecording
          ? html`<p>Thanks for watching. The whole broadcast can be seen again.</p>
            <button type="button" @click=${() => act(() => video.play())}>${playIcon} ${begun ? 'Watch again' : 'Watch the recording'}</button>`
          : html`<p>Thanks for watching.</p>`
      }`,
  );
}

function start({ video, act }: OverlayContext): TemplateResult {
  return html`<div class="overlay bare" part="overlay" data-state="ready">
    <button class="round" type="button" aria-label="Play" @click=${() => act(() => video.play())}>${playIcon}</button>
  </div>`;
}

function curtain(kind: string, content: TemplateResult, label?: string): TemplateResult {
  return html`<div class=${`overlay ${kind}`} part="overlay" data-state=${kind.split(' ')[0]!} role="status" aria-label=${label ?? nothing}>
    ${content}
  </div>`;
}
