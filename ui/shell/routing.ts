/** Which page of the dashboard an address shows, and how to go to another without loading the document again. */

export type Route =
  | { page: 'streams' }
  | { page: 'stream'; id: string }
  | { page: 'extension'; plugin: string; element: string }
  | { page: 'login' }
  | { page: 'setup'; token: string };

/** Dispatched on `window` when the address has changed. */
export const NAVIGATED = 'livestreams-navigated';

export function routeOf({ pathname, searchParams }: URL): Route {
  const [first = '', second = '', third = ''] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (first === 'login') return { page: 'login' };
  if (first === 'setup') return { page: 'setup', token: searchParams.get('token') ?? '' };
  if (first === 'streams' && second) return { page: 'stream', id: second };
  if (first === 'extensions' && third) return { page: 'extension', plugin: second, element: third };
  return { page: 'streams' };
}

export function navigate(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  window.scrollTo(0, 0);
  window.dispatchEvent(new Event(NAVIGATED));
}

/** Takes clicks on the dashboard's own links; the browser keeps those with a modifier, a target, or another page's address. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
  if (!link || link.target || link.origin !== location.origin || /^\/(watch|embed|v1)\//.test(link.pathname)) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
