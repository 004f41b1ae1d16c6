// The eight things players can say to each other, and what was said last at each seat.

import { useEffect, useState } from 'preact/hooks';
import { EMOTES } from '../../protocol/server-frames.ts';
import type { Emote } from '../../protocol/server-frames.ts';
import type { Client } from '../client.ts';
import { Dialog } from '../dialog.tsx';
import { texts } from '../language.ts';
import { playSound } from '../sound.ts';

export const EMOTE_SIGNS: Readonly<Record<Emote, string>> = {
  hello: '👋',
  well_played: '👏',
  thanks: '🙏',
  hurry: '⏳',
  oops: '😅',
  laugh: '😂',
  think: '🤔',
  wow: '😮',
};
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
                <span class="emoji" aria-hidden="true">
                  {EMOTE_SIGNS[emote]}
                </span>
                {texts().emote(emote)}
              </button>
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}
