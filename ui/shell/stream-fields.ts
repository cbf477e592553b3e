/** The settings of a stream as fields of a form: the same where one is made and where one is changed. */
import { html, type TemplateResult } from 'lit';
import type { Stream } from './api.ts';

export type StreamSettings = Pick<
  Stream,
  'title' | 'latency' | 'visibility' | 'record' | 'reconnect_window' | 'dvr_window' | 'allowed_origins' | 'retention'
>;

export const NEW_STREAM: StreamSettings = {
  title: '',
  latency: 'low',
  visibility: 'public',
  record: true,
  reconnect_window: 60,
  dvr_window: 0,
  allowed_origins: [],
  retention: null,
};

const LATENCIES = [
  ['low', 'Low: about a second behind'],
  ['standard', 'Standard: a few seconds, steadier'],
] as const;

export const VISIBILITIES = [
  ['public', 'Everybody'],
  ['unlisted', 'Everybody who has the address'],
  ['protected', 'Only with a playback token'],
] as const;

/** Seconds, and how they are said. */
const RECONNECT_WINDOWS = [
  [0, 'The session ends at once'],
  [30, '30 seconds'],
  [60, '1 minute'],
  [300, '5 minutes'],
  [1800, '30 minutes'],
] as const;
const DVR_WINDOWS = [
  [0, 'Not at all'],
  [300, '5 minutes'],
  [1800, '30 minutes'],
  [7200, '2 hours'],
  [86_400, 'A day'],
] as const;

/** Days, and how they are said. */
const KEPT = [
  [0, 'As the organization’s settings say'],
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
  [365, 'A year'],
] as const;

/** Fields that begin with `settings`, the rarer ones folded up. */
export function streamFields(settings: StreamSettings): TemplateResult {
  return html`
    <label>
      Title
      <input name="title" required maxlength="200" autocomplete="off" placeholder="Sunday concert" .defaultValue=${settings.title} />
    </label>
    <label>Who may watch <select name="visibility">${options(VISIBILITIES, settings.visibility)}</select></label>
    <label>Latency <select name="latency">${options(LATENCIES, settings.latency)}</select></label>
    <label class="switch">
      <input type="checkbox" name="record" .defaultChecked=${settings.record} />
      <span>Record <span class="dim">Each session can be watched and downloaded afterwards.</span></span>
    </label>
    <details>
      <summary>More settings</summary>
      <div class="more-fields">
        <label>
          When the encoder’s connection is lost, wait for it
          <select name="reconnect_window">${options(withOwn(RECONNECT_WINDOWS, settings.reconnect_window, 'seconds'), settings.reconnect_window)}</select>
        </label>
        <label>
          Viewers may go back in the live stream
          <select name="dvr_window">${options(withOwn(DVR_WINDOWS, settings.dvr_window, 'seconds'), settings.dvr_window)}</select>
        </label>
        <label>
          Keep its recordings
          <select name="kept_days">${options(withOwn(KEPT, settings.retention?.days ?? 0, 'days'), settings.retention?.days ?? 0)}</select>
          <input type="hidden" name="kept_bytes" value=${settings.retention?.bytes ?? 0} />
        </label>
        <label>
          Only these sites may embed it
          <textarea name="allowed_origins" rows="2" spellcheck="false" placeholder="https://example.org" .defaultValue=${settings.allowed_origins.join('\n')}></textarea>
          <span class="dim">One in each line. Empty: every site.</span>
        </label>
      </div>
    </details>
  `;
}

/** What was typed and chosen. */
export function readStreamFields(form: HTMLFormElement): StreamSettings {
  const data = new FormData(form);
  const days = Number(data.get('kept_days')) || null;
  // Only programs set it; saved again as it was.
  const bytes = Number(data.get('kept_bytes')) || null;
  return {
    title: String(data.get('title')).trim(),
    latency: data.get('latency') as StreamSettings['latency'],
    visibility: data.get('visibility') as StreamSettings['visibility'],
    record: data.has('record'),
    reconnect_window: Number(data.get('reconnect_window')),
    dvr_window: Number(data.get('dvr_window')),
    allowed_origins: [...new Set(String(data.get('allowed_origins')).split(/\s+/).filter(Boolean))],
    retention: days === null && bytes === null ? null : { days, bytes },
  };
}

type Option = readonly [value: string | number, words: string];

export function options(choices: readonly Option[], chosen: string | number): TemplateResult[] {
  return choices.map(
    ([value, words]) => html`<option value=${value} .defaultSelected=${value === chosen}>${words}</option>`,
  );
}

/** A value that was set by a program is offered too, in its place. */
function withOwn(choices: readonly Option[], own: number, unit: string): readonly Option[] {
  if (choices.some(([value]) => value === own)) return choices;
  return [...choices, [own, `${own} ${unit}`] as const].sort(([a], [b]) => Number(a) - Number(b));
}
