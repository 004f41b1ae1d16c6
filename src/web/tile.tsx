// One piece as a tile: a turned disc with its character cut in and its points below. Its diameter is `--tile`.

import { faceOf } from './pieces.ts';
import { texts } from './language.ts';

/** A piece of the wire (`CHARIOT_RED(8)`) as a picture with a name. */
export function Tile({ piece }: { piece: string }) {
  const face = faceOf(piece);
  if (face === null) return null;
  return (
    <span
      class={face.colour === 'RED' ? 'tile red' : 'tile black'}
      role="img"
      aria-label={texts().piece(face)}
    >
      <span aria-hidden="true" class="sign" lang="zh-Hant">
        {face.sign}
      </span>
      <span aria-hidden="true" class="points">
        {face.points}
      </span>
    </span>
  );
}

/** Pieces laid side by side. */
export function Tiles({ pieces }: { pieces: readonly string[] }) {
  return (
    <span class="tiles">
      {pieces.map((piece, place) => (
        <Tile key={place} piece={piece} />
      ))}
    </span>
  );
}
