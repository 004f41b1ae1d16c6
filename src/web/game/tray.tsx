// The tray below the table: what is to be done now, how long there is, and the own hand.

import type { ComponentChildren } from 'preact';
import { Countdown } from './countdown.tsx';

interface TrayProps {
  readonly title: string;
  /** Whether the receiver is the one who must act. */
  readonly tone?: 'mine' | 'calm';
  readonly deadline?: number | null;
  readonly clockOffset?: number;
  readonly children?: ComponentChildren;
}

export function Tray({ title, tone = 'calm', deadline = null, clockOffset = 0, children }: TrayProps) {
  return (
    <section class={tone === 'mine' ? 'tray panel mine' : 'tray panel'}>
      <header>
        <h2 aria-live="polite">{title}</h2>
        <Countdown deadline={deadline} clockOffset={clockOffset} />
      </header>
      {children}
    </section>
  );
}
