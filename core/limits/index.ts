/** What other rooms use of limits. */
export { Limit, Limits } from './limits.ts';
export { limited, limitFailures } from './routes.ts';
export { addressSubject } from './subject.ts';
