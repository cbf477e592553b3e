/** What other rooms use of the HTTP room. */
export { clientAddress } from './address.ts';
export type { Authenticate, Credentials } from './handler.ts';
export { Idempotency } from './idempotency.ts';
export { createMetrics } from './metrics.ts';
export { RouteTable } from './route-table.ts';
export { createHttp, type Http, type HttpOptions } from './server.ts';
export type { ReadinessCheck } from './service-routes.ts';
