/** Asks the deployed entry function for every case that its stage can answer as said. */
import { casesFor, differences, PROBE, withSession } from './cases.ts';
import type { EntryCase } from './cases.ts';
import type { TestFunction, Tested } from './cloudfront.ts';

export interface EntryReport {
  readonly asked: number;
  /** One line for each answer that is not as expected, with the name of its case. */
  readonly problems: readonly string[];
  /** The most of the time allowed that an event took, in percent. */
  readonly utilization: number;
}

/** Asks one event after the other: CloudFront allows few tests a second. */
export async function checkEntry(test: TestFunction): Promise<EntryReport> {
  const cases = casesFor(shareBy(await test(PROBE)));
  const problems: string[] = [];
  let utilization = 0;
  let session = '';
  for (const each of cases) {
    const { problem, tested } = await ask(test, each, session);
    utilization = Math.max(utilization, tested?.utilization ?? 0);
    if (problem !== '') problems.push(`${each.name}: ${problem}`);
    session = sessionIn(tested) || session;
  }
  return { asked: cases.length, problems, utilization };
}

async function ask(
  test: TestFunction,
  each: EntryCase,
  session: string,
): Promise<{ problem: string; tested?: Tested }> {
  try {
    const tested = await test(withSession(each.event, session));
    return { tested, problem: differences(each.answer, tested.result).join('; ') };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether there is another backend, as the function itself shows to who is known to be on our side. */
function shareBy({ result }: Tested): EntryCase['share'] {
  if ('statusCode' in result) return '0';
  return result.headers['x-liap-side'] === undefined ? undefined : '50';
}

const sessionIn = (tested: Tested | undefined): string =>
  tested?.result.cookies?.['liap_session']?.value ?? '';
