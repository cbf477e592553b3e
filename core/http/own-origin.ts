/** Whether a request comes from this server's own pages, and not from those of another site. */
import type { IncomingHttpHeaders } from 'node:http';

export type OwnOrigin = (headers: IncomingHttpHeaders) => boolean;

/**
 * Browsers name the page's origin with each write (Fetch, 3.2), and some how near it is (`Sec-Fetch-Site`). Its own is that of
 * `publicUrl`, or one of the very host that the request is for: no foreign page is on that host. Unencrypted pages count only
 * where the server itself is not known by https, since whoever is on the line can write them.
 */
export function ownOrigin(publicUrl: string): OwnOrigin {
  const known = new URL(publicUrl);
  return ({ origin, host, 'sec-fetch-site': site }) => {
    if (origin === undefined) return site === 'same-origin';
    if (!URL.canParse(origin)) return false;
    const page = new URL(origin);
    if (page.origin === known.origin) return true;
    return page.host === host && (page.protocol === 'https:' || known.protocol === 'http:');
  };
}
