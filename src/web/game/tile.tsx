// One piece as a tile.

import { faceOf } from './pieces.ts';

export function Tile({ piece }: { piece: string }) {
  const face = faceOf(piece);
  if (face === null) return null;
  return (
    <span class={`tile ${face.colour}`} role="img" aria-label={face.name}>
      <span aria-hidden="true" class="sign" lang="zh">
        {face.sign}
      </span>
      <span aria-hidden="true" class="points">
        {face.points}
      </span>
    </span>
  );
}

export function Tiles({ pieces }: { pieces: readonly string[] }) {
  return (
    <span class="tiles">
      {pieces.map((piece, place) => (
        <Tile key={place} piece={piece} />
      ))}
    </span>
  );
}
