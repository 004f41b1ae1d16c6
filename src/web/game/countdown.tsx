// How much time is left, by the server's clock.

import { useEffect, useState } from 'preact/hooks';

interface CountdownProps {
  /** Epoch ms of the server's clock; null when nobody is awaited. */
  readonly deadline: number | null;
  /** What to add to this machine's clock, ms. */
  readonly clockOffset: number;
}

export function Countdown({ deadline, clockOffset }: CountdownProps) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (deadline === null) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [deadline]);
  if (deadline === null) return null;
  const seconds = Math.max(0, Math.ceil((deadline - now - clockOffset) / 1000));
  return (
    <span
      class={seconds <= 10 ? 'countdown short' : 'countdown'}
      role="timer"
      aria-label={`${seconds} seconds left`}
    >
      {seconds} s
    </span>
  );
}
