// How much time is left, by the server's clock: as a number, and as a ring that empties.

import { useEffect, useRef, useState } from 'preact/hooks';
import { texts } from '../language.ts';

interface ClockProps {
  /** Epoch ms of the server's clock; null when nobody is awaited. */
  readonly deadline: number | null;
  /** What to add to this machine's clock, ms. */
  readonly clockOffset: number;
}

/** Whole seconds until the deadline, counting down; null without one. */
function useSecondsLeft({ deadline, clockOffset }: ClockProps): number | null {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (deadline === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [deadline]);
  return deadline === null ? null : Math.max(0, Math.ceil((deadline - now - clockOffset) / 1000));
}

export function Countdown(props: ClockProps) {
  const seconds = useSecondsLeft(props);
  if (seconds === null) return null;
  return (
    <span
      class={seconds <= 10 ? 'countdown short' : 'countdown'}
      role="timer"
      aria-label={texts().seconds(seconds)}
    >
      {texts().secondsShort(seconds)}
    </span>
  );
}

/** Around the avatar of who is awaited. Its full length is what was left when it was first seen. */
export function ClockRing(props: ClockProps) {
  const seconds = useSecondsLeft(props);
  const start = useRef({ deadline: props.deadline, seconds: seconds ?? 0 });
  if (start.current.deadline !== props.deadline || (seconds ?? 0) > start.current.seconds)
    start.current = { deadline: props.deadline, seconds: seconds ?? 0 };
  if (seconds === null) return null;
  const left = seconds / Math.max(1, start.current.seconds);
  return (
    <svg class={seconds <= 10 ? 'ring short' : 'ring'} viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="18" pathLength="1" stroke-dasharray={`${left} 1`} />
    </svg>
  );
}
