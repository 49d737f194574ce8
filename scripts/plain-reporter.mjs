/** Closes a run with one plain line that any CI can read; where a caller sums several runs, it gets the counts in a file instead. */
import { writeFileSync } from 'node:fs';

export default class PlainReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const file = process.env.PLAZA_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify({ passed: results.numPassedTests, failed, skipped }));
    else console.log(`${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}
