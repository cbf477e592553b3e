/** What plugins add to the dashboard, as the server lists it. */
import type { Role } from './api.ts';

/** An entry of `/dashboard/panels.json`. */
export interface PanelEntry {
  plugin: string;
  slot: 'page' | 'stream' | 'asset' | 'assets' | 'settings';
  /** Lowest role that is shown it. */
  access: Role;
  title: string;
  icon: string;
  element: string;
  /** Address of its built module. */
  module: string;
}

export async function readPanels(signal: AbortSignal): Promise<PanelEntry[]> {
  const answer = await fetch('/dashboard/panels.json', { signal });
  if (!answer.ok) throw new Error('The plugins’ panels could not be listed.');
  return (await answer.json()) as PanelEntry[];
}
