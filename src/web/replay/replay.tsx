// A finished game again, from its log: fetched for the room of the address, or from a file dropped here. A chunk of its own.

import { useEffect, useState } from 'preact/hooks';
import { texts, useLanguage } from '../language.ts';
import { readLog as readText } from '../../verify/log.ts';
import { Page } from '../notices.tsx';
import { followLink } from '../route.ts';
import { Board } from './board.tsx';
import { Fairness } from './deals.tsx';
import { fetchLog, readLog } from './log.ts';
import type { Log, LogProblem, Result } from './log.ts';
import { sentenceOf } from './sentence.ts';
import { Sheet } from './sheet.tsx';
import { boardOf, replaysOf } from './steps.ts';
import type { Replay } from './steps.ts';
import { replayTexts } from './texts.ts';
import type { ReplayTexts } from './texts.ts';
import { Timeline, usePlayer } from './timeline.tsx';

type Shown =
  | { readonly status: 'empty' }
  | { readonly status: 'fetching' }
  | { readonly status: 'problem'; readonly why: LogProblem }
  | { readonly status: 'ready'; readonly log: Log; readonly games: readonly Replay[] };

/** The replay of a room's latest finished game; without a room, of the file one drops. */
export function ReplayPage({ room }: { room: string | null }) {
  const [language] = useLanguage();
  const say = replayTexts(language);
  const [shown, setShown] = useState<Shown>({ status: room === null ? 'empty' : 'fetching' });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    if (room === null) return;
    let isCurrent = true;
    setShown({ status: 'fetching' });
    void fetchLog(room).then((log) => {
      if (isCurrent) setShown(shownFrom(log));
    });
    return () => (isCurrent = false);
  }, [room, attempt]);
  useEffect(() => {
    document.title = `${room === null ? say.title : say.titleOf(room)} – Liap Tui`;
  }, [room, say]);

  const open = async (file: File) => setShown(shownFrom(await readFile(file)));
  useDrop(open);

  return (
    <Page title={titleFor(room, shown, say)}>
      <div class="replay">
        {shown.status === 'fetching' && <p role="status">{say.fetching}</p>}
        {shown.status === 'problem' && (
          <p class="notice problem" role="alert">
            <span>{say.problem[shown.why]}</span>
            {room !== null && (
              <button type="button" class="secondary" onClick={() => setAttempt(attempt + 1)}>
                {say.tryAgain}
              </button>
            )}
          </p>
        )}
        {shown.status === 'ready' ? (
          <Games key={shown.log.room} log={shown.log} games={shown.games} say={say} />
        ) : (
          shown.status !== 'fetching' && <OpenFile say={say} onFile={(file) => void open(file)} />
        )}
        <div class="row">
          {shown.status === 'ready' && <SaveFile log={shown.log} say={say} />}
          <a class="button quiet" href="/" onClick={followLink}>
            {texts().backToLobby}
          </a>
        </div>
      </div>
    </Page>
  );
}

function titleFor(room: string | null, shown: Shown, say: ReplayTexts): string {
  const known = shown.status === 'ready' ? (shown.games[0]?.room ?? room) : room;
  return known === null ? say.title : say.titleOf(known);
}

function shownFrom(log: Result<Log>): Shown {
  if (!log.ok) return { status: 'problem', why: log.why };
  const games = replaysOf(log.value);
  if (!games.ok) return { status: 'problem', why: games.why };
  return { status: 'ready', log: log.value, games: games.value };
}

async function readFile(file: File): Promise<Result<Log>> {
  try {
    const { room, events } = readText(await file.text());
    return readLog({ room_id: room, events });
  } catch {
    return { ok: false, why: 'not_a_log' };
  }
}

/** A file dropped anywhere on the page is opened, and not by the browser. */
function useDrop(open: (file: File) => Promise<void>): void {
  useEffect(() => {
    const allow = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void open(file);
    };
    addEventListener('dragover', allow);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', allow);
      removeEventListener('drop', drop);
    };
  });
}

function OpenFile({ say, onFile }: { say: ReplayTexts; onFile: (file: File) => void }) {
  return (
    <section class="card replay-open">
      <p>{say.openHint}</p>
      <label class="button">
        {say.openFile}
        <input
          class="unseen"
          type="file"
          accept="application/json,.json"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined) onFile(file);
          }}
        />
      </label>
    </section>
  );
}

interface GamesProps {
  readonly log: Log;
  readonly games: readonly Replay[];
  readonly say: ReplayTexts;
}

/** The latest game of the room; the ones before it to choose from. */
function Games({ log, games, say }: GamesProps) {
  const [chosen, setChosen] = useState(games.length - 1);
  const replay = games[chosen];
  if (replay === undefined) return null;
  return (
    <>
      <div class="replay-about">
        {games.length > 1 && (
          <label class="replay-speed">
            <span>{say.game}</span>
            <select value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
              {games.map(({ game }, index) => (
                <option key={game} value={index}>
                  {say.gameOf(game)}
                </option>
              ))}
            </select>
          </label>
        )}
        <p class="faint">
          {whenOf(replay)} · {say.outcome[replay.outcome]}
        </p>
      </div>
      <Watch key={replay.game} log={log} replay={replay} say={say} />
    </>
  );
}

/** When it began, as the language of the page writes it. */
function whenOf({ startedAt }: Replay): string {
  const { lang } = document.documentElement;
  return new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' }).format(startedAt);
}

/** The log as the server gives it, to keep: the server forgets it. */
function SaveFile({ log, say }: { log: Log; say: ReplayTexts }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const file = new Blob([JSON.stringify({ room_id: log.room, events: log.said })], {
      type: 'application/json',
    });
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [log]);
  return (
    <a class="button secondary" href={url} download={`liap-tui-${log.room}.json`}>
      {say.saveFile}
    </a>
  );
}

function Watch({ log, replay, say }: { log: Log; replay: Replay; say: ReplayTexts }) {
  const player = usePlayer(replay);
  const step = replay.steps[player.at];
  if (step === undefined) return null;
  const board = boardOf(step);
  const sentence = sentenceOf(step, say);
  return (
    <>
      <section class="replay-table" aria-label={say.table}>
        <header>
          <p class="replay-place">
            <strong>{texts().round(board.round)}</strong>
            {board.turn !== null && <span>{texts().turnNumber(board.turn)}</span>}
            {board.multiplier > 1 && <span class="badge">{texts().multiplied(board.multiplier)}</span>}
            <span class="replay-steps">{say.stepOf(player.at + 1, replay.steps.length)}</span>
          </p>
          {/* While it plays by itself, every step would interrupt the one before. */}
          <p class="replay-sentence" aria-live={player.isPlaying ? 'off' : 'polite'}>
            {sentence}
          </p>
        </header>
        <Board board={board} step={step} say={say} />
      </section>
      <Timeline replay={replay} player={player} sentence={sentence} say={say} />
      <div class="replay-below">
        <Sheet board={board} step={step} say={say} />
        <Fairness log={log} replay={replay} say={say} />
      </div>
    </>
  );
}
