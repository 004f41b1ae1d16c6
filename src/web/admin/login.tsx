// Asks for the operator's token, and whether the server takes it, before anything else is shown.

import { useId, useState } from 'preact/hooks';
import { createApi } from './api.ts';

interface LoginProps {
  /** Why somebody who was in is out again. */
  readonly farewell: string | null;
  readonly onAccepted: (token: string) => void;
}

export function Login({ farewell, onAccepted }: LoginProps) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState(farewell);
  const [isAsking, setAsking] = useState(false);
  const problemId = useId();

  const ask = async (): Promise<void> => {
    const given = token.trim();
    // A header can carry nothing else, and no token of ours is anything else.
    if (!/^[\x21-\x7E]+$/.test(given)) {
      setProblem('Give the token as it stands in the configuration of the stage: one word.');
      return;
    }
    setAsking(true);
    const answer = await createApi(given).health();
    setAsking(false);
    if (answer.kind === 'ok') onAccepted(given);
    else setProblem(answer.message);
  };

  return (
    <main class="login">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <h1>Liap Tui for operators</h1>
        <label class="field">
          Token of this stage
          <input
            type="password"
            name="operator-token"
            autocomplete="off"
            autofocus
            required
            value={token}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : problemId}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        {problem !== null && (
          <p class="problem" role="alert" id={problemId}>
            {problem}
          </p>
        )}
        <button type="submit" disabled={isAsking}>
          {isAsking ? 'Asking…' : 'Log in'}
        </button>
        <p class="faint">It is kept in this tab only, and forgotten when you log out or close it.</p>
      </form>
    </main>
  );
}
