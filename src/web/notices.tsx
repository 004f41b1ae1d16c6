// The frame around every page, and what a player has to be told besides the game: a lost connection, a problem, a farewell.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from './language.ts';
import { Menu } from './menu.tsx';
import { goToLobby } from './route.ts';
import type { Connection } from './use-client.ts';

interface PageProps {
  readonly title: string;
  readonly connection?: Connection;
  /** The table fills the window and is green; everything else is on paper. */
  readonly look?: 'paper' | 'table';
  readonly bar?: ComponentChildren;
  readonly menu?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, connection, look = 'paper', bar, menu, children }: PageProps) {
  return (
    <div class={`page ${look}`}>
      <header class="bar">
        <h1>{title}</h1>
        <div class="bar-tools">
          {bar}
          <Menu>{menu}</Menu>
        </div>
      </header>
      {connection !== undefined && <Notices {...connection} />}
      <main>{children}</main>
    </div>
  );
}

/** ms; long enough to read twice, and gone before it is about something long past. */
const PROBLEM_SHOWN_FOR = 12_000;

function Notices({ client, state }: Connection) {
  const { status, problem } = state;
  useEffect(() => {
    if (problem === null) return;
    const timer = setTimeout(() => client?.dismissProblem(), PROBLEM_SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [client, problem]);
  return (
    <div class="notices">
      <div role="status">{status === 'reconnecting' && <p class="notice">{texts().reconnecting}</p>}</div>
      {problem !== null && (
        <p class="notice problem" role="alert">
          <span>{texts().problem(problem)}</span>
          <button type="button" class="quiet" onClick={() => client?.dismissProblem()}>
            {texts().dismiss}
          </button>
        </p>
      )}
    </div>
  );
}

/** A last word, and the way out. */
export function Farewell({ reason, message }: { reason: string; message: string }) {
  return (
    <section class="card centered">
      <p>{texts().farewell(reason, message)}</p>
      <button type="button" onClick={goToLobby}>
        {texts().backToLobby}
      </button>
    </section>
  );
}
