/** Which page of the dashboard an address shows, and how to go to another without loading the document again. */

export type Route =
  | { page: 'streams' }
  | { page: 'stream'; id: string }
  | { page: 'assets' }
  | { page: 'asset'; id: string }
  | { page: 'jobs' }
  | { page: 'job'; id: string }
  | { page: 'settings'; section: string }
  | { page: 'extension'; plugin: string; element: string }
  | { page: 'login' }
  | { page: 'setup'; token: string }
  | { page: 'invite'; token: string };

/** Dispatched on `window` when the address has changed. */
const NAVIGATED = 'livestreams-navigated';

export function routeOf({ pathname, searchParams }: URL): Route {
  const [first = '', second = '', third = ''] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const token = searchParams.get('token') ?? '';
  switch (first) {
    case 'login':
      return { page: 'login' };
    case 'setup':
    case 'invite':
      return { page: first, token };
    case 'assets':
      return second ? { page: 'asset', id: second } : { page: 'assets' };
    case 'jobs':
      return second ? { page: 'job', id: second } : { page: 'jobs' };
    case 'settings':
      return { page: 'settings', section: second };
    case 'extensions':
      if (third) return { page: 'extension', plugin: second, element: third };
  }
  return first === 'streams' && second ? { page: 'stream', id: second } : { page: 'streams' };
}

/** What the browser calls the page, in its tabs and its history. */
export function nameThePage(title: string): void {
  document.title = `${title} · Livestreams`;
}

export function navigate(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  window.scrollTo(0, 0);
  window.dispatchEvent(new Event(NAVIGATED));
}

/** Calls `act` after each change of the address; answers the end of it. */
export function onNavigated(act: () => void): () => void {
  window.addEventListener('popstate', act);
  window.addEventListener(NAVIGATED, act);
  return () => {
    window.removeEventListener('popstate', act);
    window.removeEventListener(NAVIGATED, act);
  };
}

/** Takes clicks on the dashboard's own links; the browser keeps those with a modifier, a target, or another page's address. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement);
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (/^\/(watch|embed|v1)\//.test(link.pathname)) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
