/** The registry of everything that is measured, as `/metrics` shows it to Prometheus. */
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** A registry with Node's own figures in it; one a process. */
export function createMetrics(): Registry {
  const registry = new Registry();
  // The delay of the event loop is sampled by a timer; its default of 100 times a second would be most of what an idle server does.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 1000 });
  return registry;
}

export function requestHistogram(registry: Registry): Histogram<'method' | 'route' | 'status'> {
  return new Histogram({
    name: 'livestreams_http_request_seconds',
    help: 'Time from a request to the end of its answer, by route; playback is not among them.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
}
