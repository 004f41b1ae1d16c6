// A part of the page that cannot be drawn takes nothing else down with it: it says so and shows ways on.

import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import { texts } from './language.ts';

interface GuardedProps {
  /** Another key is another place: what went wrong at the former one is forgotten. */
  readonly place: string;
  readonly children: ComponentChildren;
}
interface GuardedState {
  readonly failedAt: string | null;
}

/** Shows its children, or, once one of them has thrown, an apology with ways on until `place` changes. */
export class Guarded extends Component<GuardedProps, GuardedState> {
  override state: GuardedState = { failedAt: null };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failedAt: this.props.place });
  }

  override render({ place, children }: GuardedProps) {
    if (this.state.failedAt !== place) return children;
    const t = texts();
    return (
      <section class="card centered" role="alert">
        <p>{t.viewFailed}</p>
        <div class="row">
          <button type="button" onClick={() => this.setState({ failedAt: null })}>
            {t.tryAgain}
          </button>
          {/* Not a link within the page: what is wrong may be anywhere in it. */}
          <a class="button secondary" href="/">
            {t.backToLobby}
          </a>
        </div>
      </section>
    );
  }
}
