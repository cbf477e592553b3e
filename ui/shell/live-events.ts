/** The organization's events as they happen, on one connection for the whole page. */

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

/**
 * Calls `act` after each event that is `wanted`, and when the connection is there again after it was lost, since what happened
 * meanwhile may not be told. For `Loaded`'s `when`.
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
      if (listeners.size === 0) disconnect();
    };
  };
}

function connect(): void {
  if (source) return;
  const opened = new EventSource('/v1/events/stream');
  source = opened;
  let lost = false;
  opened.onopen = () => {
    if (lost) tell(null);
    lost = false;
  };
  opened.onmessage = ({ data }: MessageEvent<string>) => tell(JSON.parse(data) as LiveEvent);
  opened.onerror = () => {
    lost = true;
    // A refusal ends an EventSource for good, where a lost connection is tried again by itself.
    if (opened.readyState === EventSource.CLOSED) setTimeout(reconnect, RETRY, opened);
  };
}

/** Milliseconds after a refusal. */
const RETRY = 5000;

function reconnect(refused: EventSource): void {
  if (source !== refused) return;
  disconnect();
  connect();
  tell(null);
}

function disconnect(): void {
  source?.close();
  source = null;
}

function tell(event: LiveEvent | null): void {
  for (const listener of [...listeners]) listener(event);
}
