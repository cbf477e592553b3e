/** When to look again for what the organization's events have changed. */

export interface LiveEvent {
  type: string;
  stream_id: string | null;
}

/** Milliseconds between two looks. */
const REFRESH = 4000;

/** Calls `act` when there may have been an event that is `wanted`. For `Loaded`'s `when`. */
export function whenEvents(_wanted: (event: LiveEvent) => boolean): (act: () => void) => () => void {
  return (act) => {
    const timer = setInterval(act, REFRESH);
    return () => clearInterval(timer);
  };
}
