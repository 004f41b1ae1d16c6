// Where in the game one is, and the ways to move: scrubber, marks, buttons, keys.

import { useEffect, useState } from 'preact/hooks';
import { texts } from '../language.ts';
import { landmarksOf } from './steps.ts';
import type { Replay, RoundMark } from './steps.ts';
import type { ReplayTexts } from './texts.ts';

/** Of the pace at which a step takes `STEP_MS`. */
const SPEEDS = [0.5, 1, 2, 4] as const;
const STEP_MS = 1_500;

export interface Player {
  readonly at: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly goTo: (step: number) => void;
  readonly goBy: (steps: number) => void;
  /** To the next (1) or the previous (-1) beginning of a turn or a round. */
  readonly goToLandmark: (direction: 1 | -1) => void;
  readonly togglePlaying: () => void;
  readonly setSpeed: (speed: number) => void;
}

/** Moves through a replay, by hand or by the clock. */
export function usePlayer(replay: Replay): Player {
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(1);
  const last = replay.steps.length - 1;
  const goTo = (step: number) => setAt(Math.max(0, Math.min(last, step)));

  useEffect(() => {
    if (!isPlaying) return;
    if (at >= last) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => setAt(at + 1), STEP_MS / speed);
    return () => clearTimeout(timer);
  }, [isPlaying, at, speed, last]);

  const player: Player = {
    at,
    isPlaying,
    speed,
    goTo,
    goBy: (steps) => goTo(at + steps),
    goToLandmark: (direction) => {
      const marks = landmarksOf(replay);
      goTo((direction === 1 ? marks.find((mark) => mark > at) : marks.findLast((mark) => mark < at)) ?? at);
    },
    togglePlaying: () => {
      if (!isPlaying && at >= last) goTo(0);
      setPlaying(!isPlaying);
    },
    setSpeed,
  };
  useKeys(player, last);
  return player;
}

function useKeys(player: Player, last: number): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isForSomethingElse(event)) return;
      if (!act(player, event, last)) return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}

function act(player: Player, { key, shiftKey }: KeyboardEvent, last: number): boolean {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowLeft': {
      const direction = key === 'ArrowRight' ? 1 : -1;
      if (shiftKey) player.goToLandmark(direction);
      else player.goBy(direction);
      return true;
    }
    case 'Home':
      player.goTo(0);
      return true;
    case 'End':
      player.goTo(last);
      return true;
    case ' ':
      player.togglePlaying();
      return true;
    default:
      return false;
  }
}

/** Whether the focused control has a use of its own for the key; the scrubber has none that differs, but for the space bar. */
function isForSomethingElse({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('select, textarea') !== null) return true;
  return key === ' ' && target.closest('button, a, summary, label, input[type="file"]') !== null;
}

interface TimelineProps {
  readonly replay: Replay;
  readonly player: Player;
  readonly sentence: string;
  readonly say: ReplayTexts;
}

export function Timeline({ replay, player, sentence, say }: TimelineProps) {
  const { steps, rounds } = replay;
  const last = steps.length - 1;
  return (
    <section class="card replay-timeline" aria-label={say.timeline}>
      <div class="replay-track">
        <input
          type="range"
          min={0}
          max={last}
          value={player.at}
          aria-label={say.position}
          aria-valuetext={sentence}
          onInput={(event) => player.goTo(event.currentTarget.valueAsNumber)}
        />
        <div class="replay-marks">
          {rounds.map((mark, index) => (
            <RoundSegment
              key={mark.round}
              mark={mark}
              until={rounds[index + 1]?.from ?? last}
              player={player}
            />
          ))}
        </div>
      </div>
      <Controls player={player} last={last} say={say} />
      <p class="faint replay-keys">{say.keys}</p>
    </section>
  );
}

interface RoundSegmentProps {
  readonly mark: RoundMark;
  /** The step at which the segment ends. */
  readonly until: number;
  readonly player: Player;
}

function RoundSegment({ mark, until, player }: RoundSegmentProps) {
  const { round, from, turns } = mark;
  const length = Math.max(1, until - from);
  const isHere = player.at >= from && player.at < from + length;
  return (
    <button
      type="button"
      class={isHere ? 'replay-mark here' : 'replay-mark'}
      style={{ flexGrow: length }}
      aria-current={isHere ? 'step' : undefined}
      onClick={() => player.goTo(from)}
    >
      <span class="unseen">{texts().round(round)}</span>
      <span aria-hidden="true">{round}</span>
      {turns.map((turn) => (
        <span
          key={turn}
          class="replay-tick"
          aria-hidden="true"
          style={{ insetInlineStart: `${(100 * (turn - from)) / length}%` }}
        />
      ))}
    </button>
  );
}

/** Signs of the controls, as outlines of 24 by 24. */
const SIGNS = {
  first: 'M5 5h2v14H5zM20 5v14l-12-7z',
  backTurn: 'M12 5v14L3 12zM21 5v14l-9-7z',
  back: 'M17 5v14L6 12z',
  play: 'M7 4v16l13-8z',
  pause: 'M6 4h4v16H6zM14 4h4v16h-4z',
  forward: 'M7 5v14l11-7z',
  forwardTurn: 'M3 5v14l9-7zM12 5v14l9-7z',
  last: 'M17 5h2v14h-2zM4 5v14l12-7z',
} as const;

function Sign({ of }: { of: keyof typeof SIGNS }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" fill="currentColor" aria-hidden="true">
      <path d={SIGNS[of]} />
    </svg>
  );
}

function Controls({ player, last, say }: { player: Player; last: number; say: ReplayTexts }) {
  const { at, isPlaying } = player;
  const [isAtStart, isAtEnd] = [at === 0, at === last];
  return (
    <div class="replay-controls">
      <div class="replay-buttons">
        <Control name={say.first} sign="first" isIdle={isAtStart} onPress={() => player.goTo(0)} />
        <Control
          name={say.backTurn}
          sign="backTurn"
          isIdle={isAtStart}
          onPress={() => player.goToLandmark(-1)}
        />
        <Control name={say.back} sign="back" isIdle={isAtStart} onPress={() => player.goBy(-1)} />
        <button type="button" class="replay-control main" onClick={player.togglePlaying}>
          <Sign of={isPlaying ? 'pause' : 'play'} />
          <span>{isPlaying ? say.pause : say.play}</span>
        </button>
        <Control name={say.forward} sign="forward" isIdle={isAtEnd} onPress={() => player.goBy(1)} />
        <Control
          name={say.forwardTurn}
          sign="forwardTurn"
          isIdle={isAtEnd}
          onPress={() => player.goToLandmark(1)}
        />
        <Control name={say.last} sign="last" isIdle={isAtEnd} onPress={() => player.goTo(last)} />
      </div>
      <label class="replay-speed">
        <span>{say.speed}</span>
        <select value={player.speed} onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}>
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

interface ControlProps {
  readonly name: string;
  readonly sign: keyof typeof SIGNS;
  /** It would change nothing. Not `disabled`: that would take the focus away at the end of the way. */
  readonly isIdle: boolean;
  readonly onPress: () => void;
}

function Control({ name, sign, isIdle, onPress }: ControlProps) {
  return (
    <button
      type="button"
      class={`secondary replay-control ${sign}`}
      aria-label={name}
      title={name}
      aria-disabled={isIdle}
      onClick={onPress}
    >
      <Sign of={sign} />
    </button>
  );
}
