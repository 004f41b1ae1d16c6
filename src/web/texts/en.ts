// Everything the pages say, in English. `Texts` is the type of this table: a language that lacks a text does not compile.

import type { Colour, Kind } from '../../game/pieces.ts';
import type { PlayType } from '../../game/sets.ts';
import type { Emote, StarterReason } from '../../protocol/server-frames.ts';
import type { Problem } from '../client-state.ts';
import type { Obstacle } from '../selection.ts';
import { entryOf } from '../../protocol/by-name.ts';

const COLOURS: Readonly<Record<Colour, string>> = { RED: 'Red', BLACK: 'Black' };
const KINDS: Readonly<Record<Kind, string>> = {
  GENERAL: 'general',
  ADVISOR: 'advisor',
  ELEPHANT: 'elephant',
  CHARIOT: 'chariot',
  HORSE: 'horse',
  CANNON: 'cannon',
  SOLDIER: 'soldier',
};
const SETS: Readonly<Record<PlayType, string>> = {
  SINGLE: 'Single',
  PAIR: 'Pair',
  THREE_OF_A_KIND: 'Three of a kind',
  STRAIGHT: 'Straight',
  FOUR_OF_A_KIND: 'Four of a kind',
  EXTENDED_STRAIGHT: 'Extended straight',
  FIVE_OF_A_KIND: 'Five of a kind',
  EXTENDED_STRAIGHT_5: 'Extended straight of five',
  DOUBLE_STRAIGHT: 'Double straight',
  INVALID: 'No set',
};
const EMOTES: Readonly<Record<Emote, string>> = {
  hello: 'Hello',
  well_played: 'Well played',
  thanks: 'Thanks',
  hurry: 'Hurry up',
  oops: 'Oops',
  laugh: 'Haha',
  think: 'Let me think',
  wow: 'Wow',
};
const STARTERS: Readonly<Record<StarterReason, readonly [other: string, own: string]>> = {
  accepted_redeal: ['asked for the redeal', 'asked for the redeal'],
  has_general_red: ['holds the red general', 'hold the red general'],
  won_last_turn: ['won the last turn', 'won the last turn'],
};
const FAREWELLS: Readonly<Record<string, string>> = {
  left: 'You have left the room.',
  host_left: 'The host has left, so the room is closed.',
  empty: 'Nobody was left in this room, so it is closed.',
  removed: 'The host has removed you from the room.',
  not_found: 'There is no such room any more.',
};

const count = (many: number, one: string, more = `${one}s`) => `${many} ${many === 1 ? one : more}`;
const all = (names: readonly string[]) => names.join(' and ');

export const en = {
  languageName: 'English',
  tagline: 'Say how many piles you will take. Then take exactly that many.',
  menu: 'Menu',
  close: 'Close',
  language: 'Language',
  sound: 'Sound',
  rulesOfGame: 'Rules of the game',
  backToLobby: 'Back to the lobby',
  leaveAsking: 'A bot takes your seat for good.',
  leaveGame: 'Leave the game',
  leave: 'Leave',
  stay: 'Stay',
  dismiss: 'Dismiss',

  // The lobby and the way into a room
  yourName: 'Your name',
  nameHint: '1 to 50 characters',
  quickPlay: 'Quick play',
  quickPlayHint: 'Into the first room with a free seat, or a new one',
  createRoom: 'Create a room',
  privateRoom: 'Private room',
  privateHint: 'in no list, joined by link or code',
  codeOfRoom: 'Code of a room',
  join: 'Join',
  joinRoom: (room: string) => `room ${room}`,
  watch: 'Watch',
  openRooms: 'Open rooms',
  runningGames: 'Games to watch',
  lookingForRooms: 'Looking for rooms…',
  noRooms: 'No room is waiting for players. Make one: bots fill the empty seats.',
  seatsTaken: (taken: number, total: number) => `${taken} of ${total} seats taken`,
  roomTitle: (room: string) => `Room ${room}`,
  takeSeat: 'Take a seat',
  takeSeatHint: 'You have been invited to this table.',
  goingToRoom: 'Going to the room…',
  notSeated: (name: string) =>
    `You are not sitting at this table as ${name}. The seat may be open in another window.`,
  playHere: 'Play in this window',
  anotherSeat: 'Ask for another seat',

  // The waiting room
  share: 'Share',
  shareText: 'Play Liap Tui with me',
  inviteFriends: 'Invite friends',
  inviteHint: 'Whoever opens this link or scans this code sits down at your table.',
  copyLink: 'Copy the link',
  copied: 'Copied',
  qrCode: 'QR code of the link',
  privateBadge: 'Private',
  spectators: (many: number) => `${many} watching`,
  you: 'you',
  host: 'Host',
  bot: 'Bot',
  seatFree: (seat: number) => `Seat ${seat} is free`,
  addBot: 'Add a bot',
  toSeat: (seat: number) => `to seat ${seat}`,
  fillWithBots: 'Fill with bots',
  remove: 'Remove',
  startGame: 'Start the game',
  leaveRoom: 'Leave the room',
  seatsFree: (free: number) => (free === 1 ? 'One seat is still free.' : `${free} seats are still free.`),
  everybodyHere: 'Everybody is here.',
  waitingForHost: 'Everybody is here. Waiting for the host to start.',

  // The table
  yourHand: 'Your hand',
  table: 'The table',
  round: (round: number) => `Round ${round}`,
  turnNumber: (turn: number) => `Turn ${turn}`,
  multiplied: (times: number) => `Scores count ×${times}`,
  awayBot: 'Away, a bot plays',
  connectionLost: 'Connection lost',
  piles: (taken: number, declared: number | null) =>
    declared === null ? `${count(taken, 'pile')} taken` : `${taken} of ${count(declared, 'pile')}`,
  score: (score: number) => count(score, 'point'),
  pieces: (many: number) => `${count(many, 'piece')} in hand`,
  seconds: (seconds: number) => `${count(seconds, 'second')} left`,
  secondsShort: (seconds: number) => `${seconds} s`,
  watching: 'You are watching',
  yourTurn: 'Your turn',
  waitingFor: (names: readonly string[]) => `Waiting for ${all(names)}`,
  waitingForResult: 'All have played',
  allAnswered: 'All have answered',
  allDeclared: 'All have declared',
  dealing: 'The pieces are being dealt',
  weakHand: 'Your hand is weak: deal again?',
  weakHint: (answered: number, asked: number) =>
    `Whose hand has no piece above 9 points may ask for a redeal. ${answered} of ${asked} have answered.`,
  dealAgain: 'Deal again',
  keepHand: 'Keep this hand',
  begins: (name: string) => `${name} begins this round`,
  youBegin: 'You begin this round',
  whyBegins: (name: string, reason: StarterReason) => `${name} ${STARTERS[reason][0]}.`,
  whyYouBegin: (reason: StarterReason) => `You ${STARTERS[reason][1]}.`,
  declared: (name: string, value: number) => `${name} declares ${value}`,
  howMany: 'How many piles will you take?',
  numberOfPiles: 'Number of piles',
  declare: (value: number) => `Declare ${value}`,
  declaredSoFar: (total: number) => `Declared so far: ${total} of 8 piles`,
  forbiddenTotal: (value: number) => `${value} is not allowed: the total would be 8.`,
  forbiddenZero: '0 is not allowed: you declared it twice in a row.',
  lead: 'Your turn: lead with any set',
  follow: (required: number) => `Your turn: lay ${count(required, 'piece')}`,
  toBeat: (name: string, set: string) => `To beat: ${set} by ${name}`,
  leadHint: 'One to six pieces that form a set.',
  play: 'Play',
  clear: 'Clear',
  hint: 'Hint',
  sending: 'Sending…',
  willBeSent: 'Will be sent when the connection is back',
  obstacle: (obstacle: Obstacle) => {
    switch (obstacle.kind) {
      case 'nothing':
        return 'Choose your pieces.';
      case 'count':
        return `Choose ${obstacle.required}: you have chosen ${obstacle.chosen}.`;
      case 'too_many':
        return 'At most six pieces can be laid.';
      case 'colours':
        return 'A set is of one colour.';
      case 'no_set':
        return 'These do not form a set, and the first play of a turn must be one.';
    }
  },
  cannotWin: (set: string) => `${set}: may be laid, but cannot win.`,
  set: (type: PlayType) => SETS[type],
  setWorth: (type: PlayType, worth: number) =>
    type === 'INVALID' ? SETS.INVALID : `${SETS[type]}, ${worth}`,
  piece: ({
    kind,
    colour,
    points,
  }: {
    readonly kind: Kind;
    readonly colour: Colour;
    readonly points: number;
  }) => `${COLOURS[colour]} ${KINDS[kind]}, ${count(points, 'point')}`,
  pieceName: (kind: Kind) => KINDS[kind],
  won: 'Won',
  forced: 'Time was up: played for you',
  wins: (name: string, piles: number) => `${name} wins ${count(piles, 'pile')}`,
  youWin: (piles: number) => `You win ${count(piles, 'pile')}`,
  continue: 'Continue',
  continueToScores: 'Continue to the scores',
  ready: (names: readonly string[]) => `Ready: ${all(names)}`,
  emotes: 'Say something',
  emote: (emote: Emote) => EMOTES[emote],
  says: (name: string, emote: Emote) => `${name}: ${EMOTES[emote]}`,

  // Scores
  scoresOfRound: (round: number) => `Scores of round ${round}`,
  scoreSheet: 'Score sheet',
  totalColumn: 'Total',
  roundColumn: 'Round',
  lastRound: 'That was the last round.',
  nextRound: 'The next round begins in a moment.',
  declaredTook: (declared: number, taken: number) => `declared ${declared}, took ${taken}`,
  rank: 'Rank',
  turnsWon: 'Turns won',
  hits: 'Hits',
  gameLength: (rounds: number, minutes: number) => `${count(rounds, 'round')} in ${minutes} min`,
  noWinner: 'The game has ended without a winner',
  othersWon: (names: readonly string[]) => `${all(names)} won`,
  youWon: 'You have won',
  youShareWin: (names: readonly string[]) => `You share the win: ${all(names)}`,
  rematch: 'Play again',
  rematchHint: 'Same table, same seats, a new game.',
  waitingForRematch: 'Waiting for the host to start another game.',
  replay: 'Watch the replay',

  // The leaderboard
  leaderboard: 'Leaderboard',
  bestPlayers: 'Best players',
  player: 'Player',
  rating: 'Rating',
  yourRating: 'Your rating',
  unrated: 'not rated',
  yourGames: 'Your games',
  latestGames: 'Latest games',
  games: 'Games',
  gamesWon: 'Wins',
  averageScore: 'Average score',
  bestScore: 'Best score',
  ofRounds: (rounds: number) => `of ${count(rounds, 'round')}`,
  gameLeft: 'Left',
  placeAndScore: (place: number, score: number) =>
    `Place ${place}, ${count(score, 'point').replace('-', '−')}`,
  rankedAfter: (missing: number) =>
    `You will be ranked after ${count(missing, 'more rated game', 'more rated games')}.`,
  lookingForPlayers: 'Loading the players…',
  nobodyRanked: (games: number) => `Nobody is ranked yet: that takes ${games} rated games.`,
  noLeaderboard: 'The leaderboard cannot be loaded now.',
  more: 'More',
  tryAgain: 'Try again',
  partMissing: 'This part of the page did not load.',
  viewFailed: 'Something went wrong while showing this page. Your game goes on at the server.',
  copyByHand: 'Copying is not possible here: select the link and copy it.',

  // What is wrong
  reconnecting: 'The connection is lost. Trying to reach the server again…',
  problem: ({ message }: Problem): string => message,
  farewell: (reason: string, message: string) => entryOf(FAREWELLS, reason) ?? message,

  // The rules page
  rulesText: {
    goal: 'The goal',
    goalText:
      'Four players, 32 pieces, 8 for each. Before a round everybody declares how many of its 8 piles they will take. Taking exactly that many scores; anything else costs. Whoever has 50 points first wins, or who leads after 20 rounds.',
    pieces: 'The pieces',
    piecesText:
      'Each colour has one general, five soldiers and two of every other kind. A red piece is worth one point more than its black twin.',
    sets: 'The sets',
    setsText: 'A set is always of one colour.',
    setHints: {
      SINGLE: 'any piece',
      PAIR: 'two of the same kind',
      THREE_OF_A_KIND: 'three soldiers',
      STRAIGHT: 'general, advisor, elephant or chariot, horse, cannon',
      FOUR_OF_A_KIND: 'four soldiers',
      EXTENDED_STRAIGHT: 'a straight with one kind doubled',
      FIVE_OF_A_KIND: 'five soldiers',
      EXTENDED_STRAIGHT_5: 'a straight with two kinds doubled',
      DOUBLE_STRAIGHT: 'chariot, horse and cannon, each twice',
    },
    round: 'A round',
    roundSteps: [
      'Everybody is dealt 8 pieces. Who holds none above 9 points may ask for a redeal: the first who does begins the round, and its scores are multiplied.',
      'In the first round the holder of the red general begins, later the winner of the last turn.',
      'In turn, each declares 0 to 8 piles. The last may not bring the total to 8, and after two zeros in a row one must declare at least 1.',
      'The leader lays a set of 1 to 6 pieces. The others lay as many pieces, any they like. The best set of the leader’s type wins; of equals the earlier one.',
      'The winner takes as many piles as pieces were laid by each, and leads the next turn.',
      'When all hands are empty the round is scored.',
    ],
    scoring: 'Scoring',
    scoringRows: [
      ['Declared 0 and took none', '+3'],
      ['Declared 0 and took some', '−1 for each pile'],
      ['Took exactly what was declared', 'the number + 5'],
      ['Took more or less', '−1 for each pile of difference'],
    ],
    compare: 'Sets compare by all their points; extended straights by one piece of each kind.',
  },
};
