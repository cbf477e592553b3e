/** What the origin counts, for `/metrics`. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { OriginMetrics } from './replies.ts';

export function originMetrics(registry: Registry): OriginMetrics {
  const registers = [registry];
  const answers = new Counter({
    name: 'livestreams_playback_answers_total',
    help: 'Answers of the origin, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const bytes = new Counter({
    name: 'livestreams_playback_bytes_total',
    help: 'Bytes of the bodies that the origin answered with.',
    registers,
  });
  const waiting = new Gauge({
    name: 'livestreams_playback_waiting',
    help: 'Requests that wait for a part or a playlist that is not there yet.',
    registers,
  });
  return {
    answered(kind, size) {
      answers.inc({ kind });
      bytes.inc(size);
    },
    waiting: (change) => waiting.inc(change),
  };
}
