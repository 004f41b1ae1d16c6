// Asks again and again while somebody looks: nothing is asked for in a tab that is hidden.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer } from './api.ts';

export interface Polled<T> {
  /** The latest that came; kept while the next is awaited, and when it fails. */
  readonly value: T | null;
  /** Why the latest try failed; null when it did not. */
  readonly problem: string | null;
  /** When `value` came, epoch ms. */
  readonly at: number | null;
  /** Asks at once. */
  readonly refresh: () => void;
}

/**
 * What `ask` answers, asked every so many ms. With another `key` it is about something else: what was known is forgotten.
 * `onUnauthorized` is told when the token does not fit.
 */
export function usePolled<T>(
  key: string,
  ask: () => Promise<Answer<T>>,
  everyMs: number,
  onUnauthorized: (message: string) => void,
): Polled<T> {
  const [known, setKnown] = useState<Omit<Polled<T>, 'refresh'> & { readonly key: string }>(nothing(key));
  const [asked, setAsked] = useState(0);
  const latest = useRef({ ask, onUnauthorized });
  latest.current = { ask, onUnauthorized };
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const askOnce = async (): Promise<void> => {
      clearTimeout(timer);
      timer = undefined;
      const answer = document.hidden ? null : await latest.current.ask();
      if (isOver) return;
      if (answer?.kind === 'unauthorized') latest.current.onUnauthorized(answer.message);
      else if (answer?.kind === 'ok') setKnown({ key, value: answer.value, problem: null, at: Date.now() });
      else if (answer?.kind === 'failed')
        setKnown((before) => ({
          ...(before.key === key ? before : nothing<T>(key)),
          problem: answer.message,
        }));
      timer = setTimeout(() => void askOnce(), everyMs);
    };
    const catchUp = (): void => {
      if (!document.hidden && timer !== undefined) void askOnce();
    };
    void askOnce();
    document.addEventListener('visibilitychange', catchUp);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', catchUp);
    };
  }, [key, everyMs, asked]);
  const { value, problem, at } = known.key === key ? known : nothing<T>(key);
  return { value, problem, at, refresh: () => setAsked((before) => before + 1) };
}

function nothing<T>(key: string): Omit<Polled<T>, 'refresh'> & { readonly key: string } {
  return { key, value: null, problem: null, at: null };
}
