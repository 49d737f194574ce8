const begin = '<!-- Written by `npm run chaos -- --write-report`, up to the end mark. What is around it is written by hand and stays. -->';
const end = '<!-- End of what the fault suite writes. -->';

/** The page with another report between its marks; everything around them stays as it is. Throws where a mark is not there exactly once. */
export function withReport(page: string, report: string): string {
  const [before, inside, ...more] = page.split(begin);
  const [, after, ...evenMore] = (inside ?? '').split(end);
  if (before === undefined || after === undefined || more.length + evenMore.length > 0)
    throw new Error(`the report needs one line "${begin}" and below it one line "${end}"`);
  return `${before}${begin}\n\n${report.trim()}\n\n${end}${after}`;
}

export const emptyPage = `${begin}\n${end}\n`;
