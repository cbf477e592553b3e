/** A real Chromium for tests, and what its player shows. */
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

export interface Browser {
  context: BrowserContext;
  newPage(): Promise<Page>;
  /** Ends Chromium and removes its folder. */
  close(): Promise<void>;
}

export interface BrowserOptions {
  /** `block` is how browsers treat a page that the viewer has not touched yet. Default: `allow`. */
  autoplay?: 'allow' | 'block';
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
}

/** Whether there is a Chromium to test with (`CHROMIUM`, else /usr/bin/chromium). */
export async function hasBrowser(): Promise<boolean> {
  return access(executablePath).then(
    () => true,
    () => false,
  );
}

/** Starts Chromium on an empty user-data folder. Throws where there is none. */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'livestreams-chromium-'));
  const policy = options.autoplay === 'block' ? 'document-user-activation-required' : 'no-user-gesture-required';
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    headless: true,
    args: [...flags, `--autoplay-policy=${policy}`],
    viewport: options.viewport ?? { width: 1280, height: 800 },
    colorScheme: options.colorScheme ?? 'light',
  });
  return {
    context,
    newPage: () => context.newPage(),
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The page's first player, also one inside of other elements. */
function playerIn(page: Page): Locator {
  return page.locator('livestreams-player').first();
}

/** What of Web Audio measures a sound; the DOM's own types are no part of the server's. */
interface WebAudio {
  AudioContext: new () => {
    createAnalyser(): { fftSize: number; getFloatTimeDomainData(samples: Float32Array): void };
    createMediaStreamSource(stream: unknown): { connect(node: unknown): void };
    close(): Promise<void>;
  };
}

/** Root mean square of the sound that the page's player makes, at its loudest within two seconds: 0 is silence. */
export async function playerLoudness(page: Page): Promise<number> {
  return playerIn(page).evaluate(async (element) => {
    const { video } = element as unknown as PlayerElement;
    const audio = new (globalThis as unknown as WebAudio).AudioContext();
    const analyser = audio.createAnalyser();
    audio.createMediaStreamSource(video.captureStream()).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let i = 0; i < 20 && loudest < 0.01; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(
        loudest,
        Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
      );
    }
    await audio.close();
    return loudest;
  });
}

/** Chooses a quality by its place in the playlist; -1 leaves the choice to the player. */
export async function chooseQuality(page: Page, index: number): Promise<void> {
  await playerIn(page).evaluate((element, choice) => {
    (element as unknown as PlayerElement).video.videoRenditions.selectedIndex = choice;
  }, index);
}

export interface PlayerState {
  /** The element's state: `loading`, `offline`, `starting`, `live`, `reconnecting`, `ended`, `error`. */
  state: string;
  /** Frames that the browser has decoded since the source was loaded. */
  decodedFrames: number;
  droppedFrames: number;
  /** Bytes of sound that were decoded. */
  decodedAudioBytes: number;
  /** Seconds on the media's timeline. */
  currentTime: number;
  paused: boolean;
  muted: boolean;
  playbackRate: number;
  /** Seconds from the taking of the picture to its showing; null while unknown. */
  latency: number | null;
  /** Height in pixels of the quality that plays, as the playlist states it, and as it was decoded. */
  levelHeight: number | null;
  videoHeight: number;
  /** The code of the problem that is shown. */
  problem: string | null;
  sessionId: string | null;
}

/** The element as it is in the page; the DOM's own types are no part of the server's. */
interface PlayerElement {
  state: string;
  latency: number | null;
  height: number | null;
  sessionId: string | null;
  problem: { code: string } | null;
  video: {
    currentTime: number;
    paused: boolean;
    muted: boolean;
    playbackRate: number;
    videoHeight: number;
    webkitAudioDecodedByteCount: number;
    videoRenditions: { selectedIndex: number };
    captureStream(): unknown;
    getVideoPlaybackQuality(): { totalVideoFrames: number; droppedVideoFrames: number };
  };
}

/** What the page's first `<livestreams-player>` shows. Throws where there is none. */
export async function playerState(page: Page): Promise<PlayerState> {
  return playerIn(page).evaluate((element) => {
    const player = element as unknown as PlayerElement;
    const { video } = player;
    const quality = video.getVideoPlaybackQuality();
    return {
      state: player.state,
      decodedFrames: quality.totalVideoFrames,
      droppedFrames: quality.droppedVideoFrames,
      decodedAudioBytes: video.webkitAudioDecodedByteCount,
      currentTime: video.currentTime,
      paused: video.paused,
      muted: video.muted,
      playbackRate: video.playbackRate,
      latency: player.latency,
      levelHeight: player.height,
      videoHeight: video.videoHeight,
      problem: player.problem?.code ?? null,
      sessionId: player.sessionId,
    };
  });
}

/** Waits until the player's state satisfies `condition`; the error of a timeout (milliseconds) shows the last state. */
export async function waitForPlayer(
  page: Page,
  condition: (state: PlayerState) => boolean,
  timeout = 30_000,
): Promise<PlayerState> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const state = await playerState(page);
    if (condition(state)) return state;
    if (Date.now() > deadline) throw new Error(`the player did not get there: ${JSON.stringify(state)}`);
    await page.waitForTimeout(50);
  }
}
