// The scores of a round, and of all rounds before it.

import { texts } from '../language.ts';
import type { GameProps } from './game.tsx';
import { ScoreSheet, signed } from './score-sheet.tsx';
import { namesAround, plain } from './who.ts';
import { entryOf } from '../../protocol/by-name.ts';

export function Scoring({ view, me, state }: GameProps<'scoring'>) {
  const { round_scores, redeal_multiplier, game_complete, score_sheet } = view.phase_data;
  const names = namesAround(view, state.room);
  const t = texts();
  return (
    <section class="card panel scores">
      <header>
        <h2 aria-live="polite">{t.scoresOfRound(view.round)}</h2>
        {redeal_multiplier > 1 && <span class="badge">{t.multiplied(redeal_multiplier)}</span>}
      </header>
      <ul class="results">
        {names.map((name) => {
          const score = entryOf(round_scores, name);
          if (score === undefined) return null;
          return (
            <li key={name} class={name === me ? 'own' : undefined}>
              <span>
                <strong class="name">{name}</strong>
                <span class="faint small block">{t.declaredTook(score.declared, score.actual)}</span>
              </span>
              <span class={score.final_score > 0 ? 'gain' : 'loss'}>{signed(score.final_score)}</span>
              <span class="total">
                {plain(score.total_score)}
                <span class="faint total-label"> {t.totalColumn}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {score_sheet.length > 1 && <ScoreSheet rows={score_sheet} names={names} me={me} />}
      <p class="faint">{game_complete ? t.lastRound : t.nextRound}</p>
    </section>
  );
}
