/** The organization's events as they happen, on one connection for the whole page, while somebody sees it. */

export interface LiveEvent {
  id: string;
  type: string;
  stream_id: string | null;
  session_id: string | null;
  data: unknown;
}

type Listener = (event: LiveEvent | null) => void;

const listeners = new Set<Listener>();
let source: EventSource | null = null;

/** Milliseconds after a refusal. */
const RETRY = 5000;

/** Milliseconds without a connection after which what is on the page may be old: a restart of the server takes less, and one refusal. */
const PATIENCE = 8000;

/** Dispatched on `window`, with whether the page is cut off from the server. */
const CUT_OFF = 'livestreams-cut-off';

let losing: ReturnType<typeof setTimeout> | null = null;

/** Calls `act` when the page is cut off from the server, and when it is no more; answers the end of it. */
export function onCutOff(act: (isCutOff: boolean) => void): () => void {
  const listener = (event: Event) => act((event as CustomEvent<boolean>).detail);
  window.addEventListener(CUT_OFF, listener);
  return () => window.removeEventListener(CUT_OFF, listener);
}

/**
 * Calls `act` after each event that is `wanted`, and when a connection begins or is refused, since what happens without one is told
 * by nobody.
 * For `Loaded`'s `when`.
 */
export function whenEvents(wanted: (event: LiveEvent) => boolean): (act: () => void) => () => void {
  return (act) => {
    const listener: Listener = (event) => {
      if (event === null || wanted(event)) act();
    };
    listeners.add(listener);
    connect();
    return () => {
      listeners.delete(listener);
      // Whoever listens next may act in another organization, whose events are others.
      if (listeners.size === 0) disconnect();
    };
  };
}

function connect(): void {
  if (source || document.hidden || listeners.size === 0) return;
  const opened = new EventSource('/v1/events/stream');
  source = opened;
  opened.addEventListener('open', () => tell(null), { once: true });
  opened.addEventListener('open', found);
  opened.onmessage = ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as LiveEvent);
  opened.onerror = () => {
    if (source === opened) losing ??= setTimeout(() => sayCutOff(true), PATIENCE);
    // A lost connection is tried again by the browser, and goes on where it broke off; a refusal ends it for good.
    if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
    source = null;
    setTimeout(connect, RETRY);
    // Whoever asks now learns why: the person may be nobody's member any more.
    tell(null);
  };
}

function disconnect(): void {
  source?.close();
  source = null;
  found();
}

/** Connected, or nothing to be connected for. */
function found(): void {
  if (losing !== null) clearTimeout(losing);
  losing = null;
  sayCutOff(false);
}

function sayCutOff(isCutOff: boolean): void {
  window.dispatchEvent(new CustomEvent(CUT_OFF, { detail: isCutOff }));
}

function tell(event: LiveEvent | null): void {
  for (const listener of [...listeners]) listener(event);
}

// A browser has six connections to a server without HTTP/2: tabs that nobody sees must not hold them.
document.addEventListener('visibilitychange', () => (document.hidden ? disconnect() : connect()));
