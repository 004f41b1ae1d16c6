// A step in words.

import { totalPoints } from '../../game/sets.ts';
import type { Seat } from '../../game/seats.ts';
import type { Step } from './steps.ts';
import { setWorth } from './texts.ts';
import type { ReplayTexts } from './texts.ts';

/** What happened in a step, as one or two sentences. */
export function sentenceOf({ event, seats, game }: Step, say: ReplayTexts): string {
  const name = (seat: Seat) => seats[seat].name;
  const withForced = (sentence: string, forced: boolean) => (forced ? `${sentence} ${say.forced}` : sentence);
  switch (event.type) {
    case 'Dealt': {
      const dealt = say.dealt(event.round, name(event.starter), event.starterReason);
      return event.weak.length === 0 ? dealt : `${dealt} ${say.weak(event.weak.map(name))}`;
    }
    case 'RedealDecided':
      return withForced(say.redealDecided(name(event.seat), event.accept), event.forced);
    case 'Declared':
      return withForced(say.declared(name(event.seat), event.value), event.forced);
    case 'Played': {
      const { seat, play, pieces, forced } = event;
      const said =
        play === 'INVALID'
          ? say.cannotWin(name(seat), pieces.length)
          : say.played(name(seat), setWorth(play, totalPoints(pieces)));
      return withForced(said, forced);
    }
    case 'TurnResolved':
      return say.resolved(name(event.winner), event.piles);
    case 'RoundScored':
      return say.scored(game.sheet.length);
    case 'GameEnded':
      return say.ended(event.winners.map(name));
    case 'BotTookOver':
      return say.botTookOver(name(event.seat));
    case 'LeftForGood':
      return say.leftForGood(name(event.seat));
    case 'Attached':
      return say.cameBack(name(event.seat));
  }
}
