/** What clients are told of limits: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10). */

/** How much of a limit a subject has used. */
export interface Usage {
  /** The limit's. */
  name: string;
  /** Tries in a window. */
  points: number;
  /** Length of the window. */
  seconds: number;
  /** Tries left in the present window. */
  remaining: number;
  /** Seconds until it is over. */
  reset: number;
}

export function rateLimitHeaders(usages: Usage[]): Record<string, string> {
  return {
    'RateLimit-Policy': usages.map(({ name, points, seconds }) => `"${name}";q=${points};w=${seconds}`).join(', '),
    RateLimit: usages.map(({ name, remaining, reset }) => `"${name}";r=${remaining};t=${reset}`).join(', '),
  };
}
