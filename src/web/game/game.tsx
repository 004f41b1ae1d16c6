// The game of a room: the table, the tray with the own hand, and what to do now.

import { useState } from 'preact/hooks';
import type { Client } from '../client.ts';
import { ownEntry } from '../client-state.ts';
import type { ClientState, GameView } from '../client-state.ts';
import { texts } from '../language.ts';
import { lazily } from '../lazily.tsx';
import { Page } from '../notices.tsx';
import { goToLobby } from '../route.ts';
import type { Connection } from '../use-client.ts';
import { useAttention } from './attention.ts';
import { Board } from './board.tsx';
import { Declaration } from './declaration.tsx';
import { EmoteButton, useEmotes } from './emotes.tsx';
import { Redeal } from './redeal.tsx';
import { RoundStart } from './round-start.tsx';
import { Turn } from './turn.tsx';
import { TurnResult } from './turn-result.tsx';
import { awaitedIn } from './who.ts';

const Scoring = lazily(() => import('./scoring.tsx').then((part) => part.Scoring));
const GameOver = lazily(() => import('./game-over.tsx').then((part) => part.GameOver));

/** What every part of the game is given. */
export interface GameProps<P extends GameView['phase'] = GameView['phase']> {
  readonly room: string;
  /** The view to show. */
  readonly view: Extract<GameView, { phase: P }>;
  /** The own name; null for who only watches. */
  readonly me: string | null;
  readonly state: ClientState;
  /** Sends a move; null while something newer than the view shown has arrived: nobody acts on what has passed. */
  readonly act: Client['send'] | null;
}

interface GameScreenProps {
  readonly room: string;
  readonly view: GameView;
  readonly isWatching: boolean;
  readonly connection: Connection & { readonly client: Client };
}

export function Game({ room, view, isWatching, connection }: GameScreenProps) {
  const { client, state } = connection;
  const said = useEmotes(client);
  const me = isWatching ? null : (ownEntry(view)?.name ?? null);
  const isMine = me !== null && awaitedIn(view).includes(me);
  useAttention(view, me);
  const isCurrent = view.sequence === state.game?.sequence;
  const act: Client['send'] = (event, body) => client.send(event, body);
  const props: GameProps = { room, view, me, state, act: isCurrent ? act : null };
  return (
    <Page
      title="Liap Tui"
      connection={connection}
      look="table"
      bar={
        <>
          {isWatching && <span class="badge">{texts().watching}</span>}
          {!isWatching && <EmoteButton client={client} />}
        </>
      }
      menu={<LeaveGame client={client} isWatching={isWatching} />}
    >
      <div class={isMine ? 'game awaited' : 'game'}>
        {view.phase === 'game_over' || view.phase === 'scoring' ? null : <Board {...props} said={said} />}
        <Below {...props} />
        <Announcements view={view} said={said} />
      </div>
    </Page>
  );
}

/** The part of the phase; the type of the view says which. */
function Below({ view, ...rest }: GameProps) {
  switch (view.phase) {
    case 'preparation':
      return <Redeal view={view} {...rest} />;
    case 'round_start':
      return <RoundStart view={view} {...rest} />;
    case 'declaration':
      return <Declaration view={view} {...rest} />;
    case 'turn':
      return <Turn view={view} {...rest} />;
    case 'turn_results':
      return <TurnResult view={view} {...rest} />;
    case 'scoring':
      return <Scoring view={view} {...rest} />;
    case 'game_over':
      return <GameOver view={view} {...rest} />;
  }
}

/** For the ear: what the others do, and what they say. */
function Announcements({
  view,
  said,
}: {
  view: GameView;
  said: ReadonlyMap<string, Parameters<ReturnType<typeof texts>['emote']>[0]>;
}) {
  const t = texts();
  return (
    <div class="unseen" aria-live="polite">
      <p>{sayAction(view)}</p>
      {[...said].map(([name, emote]) => (
        <p key={name}>{t.says(name, emote)}</p>
      ))}
    </div>
  );
}

function sayAction({ last_action: action, phase, phase_data }: GameView): string {
  if (action?.kind === 'declare') return texts().declared(action.player, action.value);
  if (action?.kind !== 'play' || (phase !== 'turn' && phase !== 'turn_results')) return '';
  const play = phase_data.turn_plays[action.player];
  return play === undefined ? '' : `${action.player}: ${texts().setWorth(play.play_type, play.play_value)}`;
}

function LeaveGame({ client, isWatching }: { client: Client; isWatching: boolean }) {
  const [isAsking, setAsking] = useState(false);
  const t = texts();
  if (isWatching) {
    return (
      <button type="button" class="secondary" onClick={goToLobby}>
        {t.backToLobby}
      </button>
    );
  }
  if (!isAsking) {
    return (
      <button type="button" class="secondary" onClick={() => setAsking(true)}>
        {t.leaveGame}
      </button>
    );
  }
  return (
    <div class="stack" role="group" aria-label={t.leaveGame}>
      <span>{t.leaveAsking}</span>
      <div class="row">
        <button type="button" onClick={() => void client.send('leave_game', {})}>
          {t.leave}
        </button>
        <button type="button" class="secondary" onClick={() => setAsking(false)}>
          {t.stay}
        </button>
      </div>
    </div>
  );
}
