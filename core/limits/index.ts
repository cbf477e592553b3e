/** What other rooms use of limits. */
export { Limit, Limits } from './limits.ts';
export { type Counted, limited, limitFailures } from './routes.ts';
export { addressSubject } from './subject.ts';
