import { summaryLines, summaryPage, type Summary } from '../../src/k6/summary.ts';
import type { Settings } from '../../src/k6/settings.ts';

/** handleSummary of all scripts: lines for the terminal, a page that needs nothing else, and the figures as JSON. */
export const reportOf =
  (title: string, settings: Settings) =>
  (summary: Summary): Record<string, string> => ({
    stdout: `${summaryLines(title, summary).join('\n')}\n`,
    [`${settings.report}.html`]: summaryPage(title, settings, summary),
    [`${settings.report}.json`]: `${JSON.stringify(summary, null, 2)}\n`,
  });
