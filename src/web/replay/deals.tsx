// The fairness check of every deal, as passed or failed, and whether the whole log keeps to the rules.

import { useEffect, useState } from 'preact/hooks';
import { texts } from '../language.ts';
import { verify } from '../../verify/verify.ts';
import type { Wrong } from '../../verify/verify.ts';
import { checkDeals, isFair } from './fairness.ts';
import type { DealCheck } from './fairness.ts';
import type { Log } from './log.ts';
import type { Replay } from './steps.ts';
import type { ReplayTexts } from './texts.ts';

interface FairnessProps {
  readonly log: Log;
  readonly replay: Replay;
  readonly say: ReplayTexts;
}

export function Fairness({ log, replay, say }: FairnessProps) {
  const [checks, setChecks] = useState<readonly DealCheck[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    setChecks(null);
    void checkDeals(replay.events).then((found) => {
      if (isCurrent) setChecks(found);
    });
    return () => (isCurrent = false);
  }, [replay]);

  return (
    <section class="card replay-fairness">
      <h2>{say.fairness}</h2>
      <p class="faint">{say.fairnessHint}</p>
      {checks === null ? <p role="status">{say.checking}</p> : <Checks checks={checks} say={say} />}
      <RulesVerdict log={log} say={say} />
    </section>
  );
}

/** Whether every move, turn and score of the log is what the rules make of the ones before it. */
function RulesVerdict({ log, say }: { log: Log; say: ReplayTexts }) {
  const [verdict, setVerdict] = useState<Wrong | 'checking' | 'passed'>('checking');
  useEffect(() => {
    let isCurrent = true;
    setVerdict('checking');
    void verify(log.said).then(({ wrong }) => {
      if (isCurrent) setVerdict(wrong ?? 'passed');
    });
    return () => (isCurrent = false);
  }, [log]);
  if (verdict === 'checking') return null;
  if (verdict === 'passed') return <p class="replay-verdict passed">{say.keepsRules}</p>;
  const { problem, at } = verdict;
  return (
    <p class="replay-verdict failed">
      {say.breaksRules(at.place)} <span lang="en">{problem}</span>
    </p>
  );
}

function Checks({ checks, say }: { checks: readonly DealCheck[]; say: ReplayTexts }) {
  const failed = checks.filter((check) => !isFair(check)).length;
  return (
    <>
      <p role="status" class={failed === 0 ? 'replay-verdict passed' : 'replay-verdict failed'}>
        {failed === 0 ? say.allFair(checks.length) : say.notFair(failed, checks.length)}
      </p>
      <div class="scroll" role="region" aria-label={say.fairness} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts().roundColumn}</th>
              <th scope="col">{say.deal}</th>
              <th scope="col">{say.commitment}</th>
              <th scope="col">{say.hands}</th>
              <th scope="col">{say.seed}</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr key={check.commitment}>
                <th scope="row">{check.round}</th>
                <td>{check.redeals === 0 ? say.firstDeal : say.redeal(check.redeals)}</td>
                <td>
                  <Mark isPassed={check.isCommitted} say={say} />
                </td>
                <td>
                  <Mark isPassed={check.isDealt} say={say} />
                </td>
                <td>
                  <code class="replay-seed">{check.seed}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Mark({ isPassed, say }: { isPassed: boolean; say: ReplayTexts }) {
  return (
    <span class={isPassed ? 'replay-verdict passed' : 'replay-verdict failed'}>
      {isPassed ? say.passed : say.failed}
    </span>
  );
}
