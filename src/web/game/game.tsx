// The game of a room: the table, the tray with the own hand, and what to do now.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Emote } from '../../protocol/server-frames.ts';
import type { Answer, Client, ClientEvent, ClientEvents } from '../client.ts';
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
import { entryOf } from '../../protocol/by-name.ts';

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
  /**
   * Sends a move; null while one is on its way, or something newer than the view shown has arrived: nobody acts on
   * what has passed.
   */
  readonly act: Client['send'] | null;
  readonly isSending: boolean;
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
  const { act, isSending } = useMoves(client, view);
  const isCurrent = view.sequence === state.game?.sequence;
  const props: GameProps = { room, view, me, state, act: isCurrent ? act : null, isSending };
  const screen = useFocusOnTurn(view.phase, isMine);
  useEffect(() => {
    // So that no score waits for the network when a round ends.
    for (const part of [import('./scoring.tsx'), import('./game-over.tsx')])
      // What did not load now is asked for again when it is shown.
      part.catch(() => undefined);
  }, []);
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
      <div ref={screen} class={isWatching ? 'game watched' : 'game'}>
        {view.phase === 'game_over' || view.phase === 'scoring' ? null : <Board {...props} said={said} />}
        <Below {...props} />
        <Announcements view={view} said={said} />
      </div>
    </Page>
  );
}

/** One move at a time: the next may be sent when this one was refused, or when the view shows what came of it. */
function useMoves(client: Client, { sequence }: GameView) {
  const [sentAt, setSentAt] = useState<number | null>(null);
  const isSending = sentAt === sequence;
  const act = async <E extends ClientEvent>(event: E, body: ClientEvents[E]): Promise<Answer> => {
    setSentAt(sequence);
    const answer = await client.send(event, body);
    if (!answer.ok) setSentAt(null);
    return answer;
  };
  return { act: isSending ? null : act, isSending };
}

const STARTING_POINTS = '.pick, .numbers button:enabled, .actions button:enabled, .rematch button';

/** Who plays by keyboard has lost the focus with the button that vanished: it goes where the next thing is to be done. */
function useFocusOnTurn(phase: GameView['phase'], isMine: boolean) {
  const screen = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    screen.current?.querySelector<HTMLElement>(STARTING_POINTS)?.focus({ preventScroll: true });
  }, [phase, isMine]);
  return screen;
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
function Announcements({ view, said }: { view: GameView; said: ReadonlyMap<string, Emote> }) {
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
  const play = entryOf(phase_data.turn_plays, action.player);
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
