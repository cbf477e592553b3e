/** Mocha's usual report, and its counts in the file that VERIFY_COUNTS names. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class VerifyReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(process.env.VERIFY_COUNTS, JSON.stringify({ passes, failures, pending }));
    });
  }
}
