// The table: four plates around the felt, before each what that player laid or declared, in the middle the round.

import type { Emote, TablePlay } from '../../protocol/server-frames.ts';
import type { GameView } from '../client-state.ts';
import { texts } from '../language.ts';
import { bestSoFar } from '../selection.ts';
import { Tiles } from '../tile.tsx';
import type { GameProps } from './game.tsx';
import { Plate } from './plate.tsx';
import { awaitedIn, namesAround, PLACES } from './who.ts';
import { entryOf } from '../../protocol/by-name.ts';

export function Board({ view, me, state, said }: GameProps & { said: ReadonlyMap<string, Emote> }) {
  const awaited = awaitedIn(view);
  const plays = playsOn(view);
  return (
    <section class="board" aria-label={texts().table}>
      <Middle view={view} />
      <ul class="around">
        {namesAround(view, state.room).map((name, index) => {
          const player = entryOf(view.players, name);
          if (player === undefined) return null;
          return (
            <li key={name} class={`place ${PLACES[index] ?? ''}`}>
              <Plate
                player={player}
                isMe={name === me}
                isAwaited={awaited.includes(name)}
                deadline={view.deadline}
                clockOffset={state.clockOffset}
                emote={said.get(name) ?? null}
                isForced={view.last_action?.forced === true && view.last_action.player === name}
              />
              {isDeclaring(view) && <Declared value={player.declared} />}
              <Laid play={entryOf(plays.plays, name)} look={plays.best === name ? 'best' : 'other'} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The last declaration begins the first turn: the numbers stay until something is laid. */
function isDeclaring(view: GameView): boolean {
  return view.phase === 'declaration' || (view.phase === 'turn' && view.last_action?.kind === 'declare');
}

/** What lies on the table, and whose play is ahead or has won. */
function playsOn(view: GameView): {
  readonly plays: Readonly<Record<string, TablePlay>>;
  readonly best: string | null;
} {
  if (view.phase === 'turn') {
    const { turn_order, turn_plays } = view.phase_data;
    return { plays: turn_plays, best: bestSoFar(turn_order, turn_plays) };
  }
  if (view.phase !== 'turn_results') return { plays: {}, best: null };
  return { plays: view.phase_data.turn_plays, best: view.phase_data.turn_winner };
}

function Laid({ play, look }: { play: TablePlay | undefined; look: 'best' | 'other' }) {
  if (play === undefined) return <div class="laid" />;
  return (
    <div class={look === 'best' ? 'laid best' : 'laid'}>
      <Tiles pieces={play.pieces} />
      <span class="laid-name">{texts().setWorth(play.play_type, play.play_value)}</span>
    </div>
  );
}

/** The number itself is on the plate for the ear; here it is for the eye. */
function Declared({ value }: { value: number | null }) {
  return (
    <span class={value === null ? 'said' : 'said done'} aria-hidden="true">
      {value ?? '…'}
    </span>
  );
}

function Middle({ view }: { view: GameView }) {
  const t = texts();
  const multiplier = view.phase === 'game_over' ? 1 : view.phase_data.redeal_multiplier;
  return (
    <div class="middle">
      <span class="middle-round">{t.round(Math.max(1, view.round))}</span>
      {(view.phase === 'turn' || view.phase === 'turn_results') && (
        <span class="small">{t.turnNumber(view.phase_data.current_turn_number)}</span>
      )}
      {view.phase === 'declaration' && (
        <span class="small">
          <span class="unseen">{t.declaredSoFar(view.phase_data.declaration_total)}</span>
          <span aria-hidden="true">{view.phase_data.declaration_total} / 8</span>
        </span>
      )}
      {multiplier > 1 && (
        <span class="times">
          <span aria-hidden="true">×{multiplier}</span>
          <span class="unseen">{t.multiplied(multiplier)}</span>
        </span>
      )}
    </div>
  );
}
