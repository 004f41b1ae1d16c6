// The rules on one page, with pictures of the pieces and the sets.

import { label, PIECES } from '../game/pieces.ts';
import type { Kind, Piece } from '../game/pieces.ts';
import type { SetType } from '../game/sets.ts';
import { texts } from './language.ts';
import { Tile, Tiles } from './tile.tsx';

/** An example of each set, the biggest last. */
const EXAMPLES: Readonly<Record<SetType, readonly Piece[]>> = {
  SINGLE: ['GENERAL_RED'],
  PAIR: twice('ADVISOR_BLACK'),
  THREE_OF_A_KIND: Array<Piece>(3).fill('SOLDIER_RED'),
  STRAIGHT: ['CHARIOT_RED', 'HORSE_RED', 'CANNON_RED'],
  FOUR_OF_A_KIND: Array<Piece>(4).fill('SOLDIER_BLACK'),
  EXTENDED_STRAIGHT: ['GENERAL_BLACK', ...twice('ADVISOR_BLACK'), 'ELEPHANT_BLACK'],
  FIVE_OF_A_KIND: Array<Piece>(5).fill('SOLDIER_RED'),
  EXTENDED_STRAIGHT_5: [...twice('CHARIOT_BLACK'), ...twice('HORSE_BLACK'), 'CANNON_BLACK'],
  DOUBLE_STRAIGHT: [...twice('CHARIOT_RED'), ...twice('HORSE_RED'), ...twice('CANNON_RED')],
};
const SET_TYPES = Object.keys(EXAMPLES) as SetType[];
const KINDS: readonly Kind[] = ['GENERAL', 'ADVISOR', 'ELEPHANT', 'CHARIOT', 'HORSE', 'CANNON', 'SOLDIER'];

function twice(piece: Piece): readonly [Piece, Piece] {
  return [piece, piece];
}

export function RulesText() {
  const t = texts().rulesText;
  return (
    <div class="rules">
      <h2>{t.goal}</h2>
      <p>{t.goalText}</p>
      <h2>{t.pieces}</h2>
      <ul class="kinds">
        {KINDS.map((kind) => (
          <li key={kind}>
            {PIECES.filter((piece) => piece.startsWith(kind)).map((piece) => (
              <Tile key={piece} piece={label(piece)} />
            ))}
            <span>{texts().pieceName(kind)}</span>
          </li>
        ))}
      </ul>
      <p>{t.piecesText}</p>
      <h2>{t.round}</h2>
      <ol class="steps">
        {t.roundSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <h2>{t.sets}</h2>
      <p>
        {t.setsText} {t.compare}
      </p>
      <ul class="set-list">
        {SET_TYPES.map((type) => (
          <li key={type}>
            <span>
              <strong>{texts().set(type)}</strong>
              <span class="faint">{t.setHints[type]}</span>
            </span>
            <Tiles pieces={EXAMPLES[type].map(label)} />
          </li>
        ))}
      </ul>
      <h2>{t.scoring}</h2>
      <table>
        <tbody>
          {t.scoringRows.map(([when, score]) => (
            <tr key={when}>
              <th scope="row">{when}</th>
              <td class="number">{score}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
