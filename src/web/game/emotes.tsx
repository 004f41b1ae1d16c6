// The eight things players can say to each other, and what was said last at each seat.

import { useEffect, useState } from 'preact/hooks';
import { EMOTES } from '../../protocol/server-frames.ts';
import type { Emote } from '../../protocol/server-frames.ts';
import type { Client } from '../client.ts';
import { Dialog } from '../dialog.tsx';
import { texts } from '../language.ts';
import { playSound } from '../sound.ts';

/** A face for each: eyes and mouth, drawn in a circle of 24. */
const FACES: Readonly<Record<Emote, string>> = {
  hello: 'M8.5 9v1M15.5 9v1M7.5 14q4.5 4.5 9 0',
  well_played: 'M7.5 10q1-1.6 2.2 0M14.3 10q1.1-1.6 2.2 0M7 13.5q5 6 10 0z',
  thanks: 'M7.5 9.6q1.1 1.4 2.2 0M14.3 9.6q1.1 1.4 2.2 0M8.5 14.5q3.5 2.6 7 0',
  hurry: 'M8 8.2l2 1.2M16 8.2l-2 1.2M8.6 11v.6M15.4 11v.6M8.5 16h7',
  oops: 'M7.6 8.6l1.8 1.8M9.4 8.6l-1.8 1.8M14.6 8.6l1.8 1.8M16.4 8.6l-1.8 1.8M8 16q2-2 4-.6t4-.6',
  laugh: 'M7 9l2.2 1.2L7 11.4M17 9l-2.2 1.2 2.2 1.2M7.5 13.5h9q-.6 4.6-4.5 4.6t-4.5-4.6z',
  think: 'M8.8 8.2v1M15.2 8.2v1M7.4 6.2q1.4-.8 2.6-.2M9.5 15.8q3-1.6 5.6-.4',
  wow: 'M8.5 8.4v1M15.5 8.4v1M12 13a2.1 2.6 0 1 0 .01 0z',
};

export function Mood({ emote }: { emote: Emote }) {
  return (
    <svg class="mood" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10" />
      <path d={FACES[emote]} />
    </svg>
  );
}

/** The server takes one every two seconds, ms. */
const PAUSE = 2_000;
const SHOWN_FOR = 3_500;

/** What each player says just now. */
export function useEmotes(client: Client): ReadonlyMap<string, Emote> {
  const [said, setSaid] = useState<ReadonlyMap<string, Emote>>(new Map());
  useEffect(() => {
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const stop = client.onFrame(({ event, data }) => {
      if (event !== 'emote') return;
      const { player_name: name, emote } = data;
      playSound('emote');
      setSaid((before) => new Map(before).set(name, emote));
      clearTimeout(timers.get(name));
      const forget = () => setSaid((before) => new Map([...before].filter(([speaker]) => speaker !== name)));
      timers.set(name, setTimeout(forget, SHOWN_FOR));
    });
    return () => {
      stop();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [client]);
  return said;
}

export function EmoteButton({ client }: { client: Client }) {
  const [isOpen, setOpen] = useState(false);
  const [isPausing, setPausing] = useState(false);
  const say = (emote: Emote) => {
    setOpen(false);
    setPausing(true);
    setTimeout(() => setPausing(false), PAUSE);
    void client.send('emote', { emote });
  };
  return (
    <>
      <button
        type="button"
        class="quiet icon"
        aria-label={texts().emotes}
        disabled={isPausing}
        onClick={() => setOpen(true)}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 5h16v11H11l-4 4v-4H4z" />
        </svg>
      </button>
      {isOpen && (
        <Dialog title={texts().emotes} onClose={() => setOpen(false)}>
          <div class="emotes">
            {EMOTES.map((emote) => (
              <button key={emote} type="button" class="secondary" onClick={() => say(emote)}>
                <Mood emote={emote} />
                {texts().emote(emote)}
              </button>
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}
