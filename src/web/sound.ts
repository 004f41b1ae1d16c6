// Short sounds, made by the browser itself: no files. Off when the player says so; remembered.

import { browserShelf } from './storage.ts';

const STORED = 'liap.sound';
const CHANGED = 'liap:sound';

export type Sound = 'turn' | 'lay' | 'declare' | 'pile' | 'win' | 'emote';

/** A note: frequency (Hz), start and length (s), and how loud (0 to 1). */
type Note = readonly [frequency: number, start: number, length: number, volume: number];

const NOTES: Readonly<Record<Sound, readonly Note[]>> = {
  turn: [
    [660, 0, 0.16, 0.16],
    [880, 0.12, 0.26, 0.16],
  ],
  lay: [
    [210, 0, 0.06, 0.3],
    [140, 0.015, 0.08, 0.25],
  ],
  declare: [[440, 0, 0.12, 0.1]],
  pile: [
    [520, 0, 0.1, 0.12],
    [390, 0.09, 0.18, 0.12],
  ],
  win: [
    [523, 0, 0.18, 0.14],
    [659, 0.14, 0.18, 0.14],
    [784, 0.28, 0.18, 0.14],
    [1047, 0.42, 0.5, 0.14],
  ],
  emote: [[990, 0, 0.09, 0.08]],
};

let context: AudioContext | null = null;

export function isSoundOn(): boolean {
  return browserShelf.read(STORED) !== 'off';
}

export function setSound(state: 'on' | 'off'): void {
  browserShelf.write(STORED, state);
  dispatchEvent(new Event(CHANGED));
}

/** Calls back when the sound is switched on or off; returns the way to stop that. */
export function onSoundChange(listener: () => void): () => void {
  addEventListener(CHANGED, listener);
  return () => removeEventListener(CHANGED, listener);
}

/** Plays a sound, if they are on and the browser lets the page be heard (after a first touch or key). */
export function playSound(sound: Sound): void {
  if (!isSoundOn() || !mayBeHeard()) return;
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') context.resume().catch(() => undefined);
    for (const note of NOTES[sound]) playNote(context, note);
  } catch {
    // A machine without audio, or with all of it taken: the page shows everything that is heard.
  }
}

function playNote(audio: AudioContext, [frequency, start, length, volume]: Note): void {
  const from = audio.currentTime + start;
  const tone = new OscillatorNode(audio, { type: 'triangle', frequency });
  const loudness = new GainNode(audio, { gain: 0 });
  loudness.gain.setValueAtTime(0, from);
  loudness.gain.linearRampToValueAtTime(volume, from + 0.008);
  loudness.gain.exponentialRampToValueAtTime(0.0001, from + length);
  tone.connect(loudness).connect(audio.destination);
  tone.start(from);
  tone.stop(from + length);
}

/** Older browsers do not tell; they keep quiet by themselves. */
function mayBeHeard(): boolean {
  return !('userActivation' in navigator) || navigator.userActivation.hasBeenActive;
}
