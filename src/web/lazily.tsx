// Parts of the page that are loaded when they are first shown.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from './language.ts';

/** A component that loads itself; nothing is shown until it is there. One that did not load can be asked for again. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => loaded);
    const [failures, setFailures] = useState(0);
    const [isTrying, setTrying] = useState(true);
    useEffect(() => {
      if (Part !== null || !isTrying) return;
      let isShown = true;
      load().then(
        (part) => {
          loaded = part;
          if (isShown) setPart(() => part);
        },
        () => {
          if (!isShown) return;
          setFailures((failed) => failed + 1);
          setTrying(false);
        },
      );
      return () => {
        isShown = false;
      };
    }, [Part, isTrying]);
    if (Part !== null) return <Part {...props} />;
    // Some browsers remember that a module did not load: then only a new page asks for it again.
    const retry = failures > 1 ? () => location.reload() : () => setTrying(true);
    return isTrying ? null : <NotLoaded onRetry={retry} />;
  };
}

function NotLoaded({ onRetry }: { onRetry: () => void }) {
  return (
    <div class="card centered" role="alert">
      <p>{texts().partMissing}</p>
      <button type="button" onClick={onRetry}>
        {texts().tryAgain}
      </button>
    </div>
  );
}
