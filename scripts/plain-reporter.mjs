/** Closes a run with one plain line that any CI can read, and leaves the counts for the caller of several runs. */
import { writeFileSync } from 'node:fs';

export default class PlainReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    console.log(`${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests} skipped`);
    const file = process.env.PLAZA_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify({ passed: results.numPassedTests, failed, skipped: results.numPendingTests }));
  }
}
