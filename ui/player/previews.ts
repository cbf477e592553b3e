/** Pictures over the seek bar. */

/** media-chrome takes them from a track of this kind and label; null takes them away. */
export function showPreviews(video: HTMLVideoElement, storyboard: string | null): void {
  video.querySelector('track')?.remove();
  if (!storyboard) return;
  const track = document.createElement('track');
  track.kind = 'metadata';
  track.label = 'thumbnails';
  track.default = true;
  track.src = new URL(storyboard, document.baseURI).href;
  // Without it a browser reads no track of another origin.
  video.crossOrigin = 'anonymous';
  video.append(track);
}
