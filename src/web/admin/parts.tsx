// Small pieces that the views of the operator's page share.

import type { ComponentChildren } from 'preact';
import { goTo, pathOf } from './route.ts';
import type { Route } from './route.ts';
import { clock, words } from './format.ts';
import type { Polled } from './poll.ts';
import { entryOf } from '../../protocol/by-name.ts';

interface LinkProps {
  readonly to: Route;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
}

/** A link within the page: a plain click loads nothing anew, any other is the browser's. */
export function Link({ to, children, isCurrent = false, ...others }: LinkProps) {
  return (
    <a
      {...others}
      href={pathOf(to)}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        goTo(to);
      }}
    >
      {children}
    </a>
  );
}

/** How something is, by a word and a colour: never by the colour alone. */
export type Tone = 'good' | 'bad' | 'busy' | 'calm';
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const STAGE_TONE: Readonly<Record<string, Tone>> = { playing: 'busy', open: 'good', closed: 'bad' };
export function StageBadge({ stage }: { readonly stage: string }) {
  return <Badge tone={entryOf(STAGE_TONE, stage) ?? 'calm'}>{words(stage)}</Badge>;
}

const STATUS_TONE: Readonly<Record<string, Tone>> = {
  RUNNING: 'busy',
  SUCCEEDED: 'calm',
  FAILED: 'bad',
  TIMED_OUT: 'bad',
  ABORTED: 'bad',
};
export function ExecutionBadge({ status }: { readonly status: string | null }) {
  if (status === null) return <Badge tone="bad">None</Badge>;
  return <Badge tone={entryOf(STATUS_TONE, status) ?? 'calm'}>{words(status)}</Badge>;
}

/** What is shown instead of a view that has nothing to show yet, or beside one that is out of date. */
export function Freshness({ polled, what }: { readonly polled: Polled<unknown>; readonly what: string }) {
  if (polled.problem !== null) {
    const since = polled.at === null ? '' : ` What you see is of ${clock(polled.at)}.`;
    return (
      <p class="problem" role="alert">
        {polled.problem}
        {since} Trying again.
      </p>
    );
  }
  return polled.value === null ? <p class="faint">Loading {what}…</p> : null;
}

/** A table that scrolls by itself where there is more of it than room, by keyboard too. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
