/** The HTML documents that the server sends, and the headers that keep them safe. Scripts draw what is in them. */

import { mediaPath, openThumbnail, type Watchable } from './watchable.ts';

export interface Document {
  status: number;
  html: string;
  headers: Record<string, string>;
}

export interface PlayerPage {
  watchable: Watchable;
  /** Without a slash at its end. */
  publicUrl: string;
  /** Playback token, as it was given in the page's own address. */
  token: string | null;
}

/**
 * What may run on the pages. Styles may be inline because media-chrome puts them in its shadow trees; media comes from memory
 * (`blob:`), and playlists may come from a CDN in front of the origins.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob: https:",
  "connect-src 'self' https:",
  "worker-src 'self' blob:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
];

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='9' fill='%23e5383b'/%3E%3Cpath d='M13 10.5v11l9-5.5z' fill='%23fff'/%3E%3C/svg%3E";

/** The dashboard, and the pages to set it up and to sign in: one document, never in a frame. */
export function dashboardDocument(): Document {
  return page({
    status: 200,
    frames: [],
    title: 'Livestreams',
    head: '<link rel="stylesheet" href="/dashboard.css"><meta name="robots" content="noindex">',
    body: '<livestreams-dashboard></livestreams-dashboard><script type="module" src="/dashboard.js"></script>',
  });
}

/** The page of a stream or an asset for viewers, with what other sites need to preview and embed it. */
export function watchDocument({ watchable, publicUrl, token }: PlayerPage): Document {
  const { id, title, isLive } = watchable;
  const picture = openThumbnail(watchable);
  const url = `${publicUrl}/watch/${id}`;
  const embed = `${publicUrl}/embed/${id}`;
  const oembed = `${publicUrl}/oembed?format=json&url=${encodeURIComponent(url)}`;
  const property = (name: string, content: string) => `<meta property="${name}" content="${escapeHtml(content)}">`;
  const named = (name: string, content: string) => `<meta name="${name}" content="${escapeHtml(content)}">`;
  return page({
    status: 200,
    frames: [],
    title: `${title} · Livestreams`,
    head: [
      '<link rel="stylesheet" href="/watching.css">',
      `<link rel="canonical" href="${escapeHtml(url)}">`,
      `<link rel="alternate" type="application/json+oembed" href="${escapeHtml(oembed)}" title="${escapeHtml(title)}">`,
      named('description', isLive ? `Watch ${title} live.` : `Watch ${title}.`),
      property('og:type', 'video.other'),
      property('og:site_name', 'Livestreams'),
      property('og:title', title),
      property('og:url', url),
      ...(picture === null ? [] : [property('og:image', `${publicUrl}${picture}`)]),
      property('og:video', embed),
      property('og:video:type', 'text/html'),
      property('og:video:width', '1280'),
      property('og:video:height', '720'),
      named('twitter:card', 'player'),
      named('twitter:title', title),
      named('twitter:player', embed),
      named('twitter:player:width', '1280'),
      named('twitter:player:height', '720'),
    ].join('\n'),
    body: `<livestreams-watch heading="${escapeHtml(title)}"${playerAttributes(watchable, token)}></livestreams-watch>
<script type="module" src="/watch.js"></script>`,
  });
}

/** The player alone, for frames on any site. `autoplay` and `muted` come from the frame's address. */
export function embedDocument(
  { watchable, token }: PlayerPage,
  options: { autoplay: boolean; muted: boolean },
): Document {
  const attributes = `${options.autoplay ? ' autoplay' : ''}${options.muted ? ' muted' : ''}`;
  return page({
    status: 200,
    frames: watchable.allowedOrigins.length > 0 ? ["'self'", ...watchable.allowedOrigins] : ['*'],
    title: watchable.title,
    head: '<link rel="stylesheet" href="/watching.css"><meta name="robots" content="noindex">',
    body: `<livestreams-player class="bleed" controls${attributes}${playerAttributes(watchable, token)}></livestreams-player>
<script type="module" src="/player.js"></script>`,
  });
}

/** Where something is asked for that is not there. */
export function unknownDocument(framed: boolean): Document {
  return page({
    status: 404,
    frames: framed ? ['*'] : [],
    title: 'Nothing to watch · Livestreams',
    head: '<link rel="stylesheet" href="/watching.css"><meta name="robots" content="noindex">',
    body: `<main class="message">
<p class="code">404</p>
<h1>There is nothing to watch here</h1>
<p>The address may be mistyped, or what was here was deleted. Ask whoever sent it to you for a new one.</p>
</main>`,
  });
}

/** What the player is told: its source, its pictures, and the token that opens them. */
function playerAttributes(watchable: Watchable, token: string | null): string {
  const { id, isProtected, isLive, hasThumbnail, hasStoryboard } = watchable;
  const open = mediaPath(watchable);
  // The sprite stands beside the storyboard, so the token is in the path of both; pictures of what is live have no such path.
  const closed = token === null || isLive ? null : `${open}/~${encodeURIComponent(token)}`;
  const folder = isProtected ? closed : open;
  const attributes = {
    src: id,
    token,
    poster: folder && hasThumbnail ? `${folder}/thumbnail.jpg` : null,
    storyboard: folder && hasStoryboard ? `${folder}/storyboard.vtt` : null,
  };
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? '' : ` ${name}="${escapeHtml(value)}"`))
    .join('');
}

/** `frames` are the sources whose pages may hold it in a frame (CSP 3, 6.4.2); none where it is empty. */
function page(parts: { status: number; frames: string[]; title: string; head: string; body: string }): Document {
  const frames = `frame-ancestors ${parts.frames.join(' ') || "'none'"}`;
  return {
    status: parts.status,
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(parts.title)}</title>
<link rel="icon" href="${ICON}">
${parts.head}
</head>
<body>
${parts.body}
</body>
</html>
`,
    headers: {
      'Content-Security-Policy': [...POLICY, frames].join('; '),
      'X-Content-Type-Options': 'nosniff',
      // The address of a page may hold a token: of the set-up, an invitation, or a viewer.
      'Referrer-Policy': 'strict-origin',
      'Cache-Control': 'no-cache',
      ...(parts.frames.length > 0 ? {} : { 'X-Frame-Options': 'DENY' }),
    },
  };
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
