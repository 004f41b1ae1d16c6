// `npm run check:entry -- --function NAME`: asks the entry function that is deployed, in CloudFront's own engine, what the tests
// ask it on this machine (scripts/entry/cases.ts), by `aws cloudfront test-function`. Exits with 1 when an answer is another.

import { Command } from 'commander';
import { checkEntry } from './entry/check.ts';
import { onCloudFront } from './entry/cloudfront.ts';

const options = new Command('check:entry')
  .description('Asks the deployed entry function what the tests ask it, in the engine of CloudFront.')
  .requiredOption('--function <name>', "the function's name: the output EntryFunctionName of the stack")
  .parse()
  .opts<{ function: string }>();

try {
  const { asked, problems, utilization } = await checkEntry(await onCloudFront(options.function));
  for (const problem of problems) console.error(problem);
  console.log(
    `${asked} events, ${problems.length} answered otherwise; at most ${utilization} % of the time allowed`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
