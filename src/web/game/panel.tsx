// The panel of a phase: what it is about, and how long there is.

import type { ComponentChildren } from 'preact';
import { Countdown } from './countdown.tsx';

interface PanelProps {
  readonly title: string;
  readonly deadline?: number | null;
  readonly clockOffset?: number;
  readonly children: ComponentChildren;
}

export function Panel({ title, deadline = null, clockOffset = 0, children }: PanelProps) {
  return (
    <section class="card panel">
      <header>
        <h2 aria-live="polite">{title}</h2>
        <Countdown deadline={deadline} clockOffset={clockOffset} />
      </header>
      {children}
    </section>
  );
}
