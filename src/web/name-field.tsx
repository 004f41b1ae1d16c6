// The one field every form of the lobby needs.

import { useState } from 'preact/hooks';
import { texts } from './language.ts';
import { lastName } from './seat-memory.ts';

/** A player's name as typed, beginning with the last one used in this browser. */
export function useName(): readonly [name: string, setName: (name: string) => void] {
  return useState(lastName);
}

export function NameField({ name, onName }: { name: string; onName: (name: string) => void }) {
  return (
    <label class="field">
      {texts().yourName}
      <input
        name="player_name"
        value={name}
        onInput={(event) => onName(event.currentTarget.value)}
        maxLength={50}
        autocomplete="nickname"
        placeholder={texts().nameHint}
        required
      />
    </label>
  );
}
