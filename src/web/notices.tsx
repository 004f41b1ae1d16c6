// What a player has to be told besides the game: a lost connection, a problem, a farewell.

import type { ComponentChildren } from 'preact';
import type { Connection } from './use-client.ts';
import { goToLobby } from './route.ts';

/** The frame around every page: what is wrong comes first. */
export function Page({
  title,
  connection,
  children,
}: {
  title: string;
  connection: Connection;
  children: ComponentChildren;
}) {
  const { client, state } = connection;
  return (
    <main>
      <header class="page-header">
        <h1>{title}</h1>
      </header>
      {state.status === 'reconnecting' && (
        <p class="notice" role="status">
          The connection is lost. Trying to reach the server again…
        </p>
      )}
      {state.problem !== null && (
        <p class="notice problem" role="alert">
          <span>{state.problem.message}</span>
          <button type="button" class="quiet" onClick={() => client?.dismissProblem()}>
            Dismiss
          </button>
        </p>
      )}
      {children}
    </main>
  );
}

/** A last word, and the way out. */
export function Farewell({ message }: { message: string }) {
  return (
    <section class="card centered">
      <p>{message}</p>
      <button type="button" onClick={goToLobby}>
        Back to the lobby
      </button>
    </section>
  );
}
