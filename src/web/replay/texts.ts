// What the replay says. It travels with the replay, not with the player's page.

import type { PlayType } from '../../game/sets.ts';
import { texts } from '../language.ts';
import type { Language } from '../language.ts';
import type { GameOutcome, StarterReason } from '../../room/room.ts';
import type { LogProblem } from './log.ts';

const and = (names: readonly string[]) => names.join(' and ');

const en = {
  title: 'Replay',
  titleOf: (room: string) => `Replay of room ${room}`,
  fetching: 'Fetching the game…',
  problem: {
    no_session: 'This browser has no session with the server yet. Open the lobby once, then come back.',
    no_room: 'There is no such room any more. A saved events file can still be replayed here.',
    not_yours: 'Only who sat at this table can watch its game, and only once it is over.',
    unreachable: 'The server could not be reached. Try again in a moment.',
    not_a_log: 'That is not the events file of a room.',
    not_finished: 'No game of this room is finished yet.',
    does_not_fit: 'These events do not fit together: the file is incomplete or has been changed.',
  } satisfies Readonly<Record<LogProblem, string>>,
  openHint: 'Drop an events file anywhere on this page, or choose one.',
  openFile: 'Choose an events file',
  saveFile: 'Save the events',
  tryAgain: 'Try again',
  game: 'Game',
  gameOf: (game: number) => `Game ${game}`,
  outcome: {
    completed: 'Played to the end',
    abandoned: 'Abandoned',
    aborted: 'Broken off',
  } satisfies Readonly<Record<GameOutcome, string>>,
  table: 'The table',
  handOf: (name: string) => `Hand of ${name}`,
  laidBy: (name: string) => `Laid by ${name}`,
  starter: 'Begins',
  emptyHand: 'No pieces left',
  timeline: 'Timeline',
  position: 'Position in the game',
  stepOf: (step: number, all: number) => `Step ${step} of ${all}`,
  first: 'To the beginning',
  backTurn: 'Previous turn',
  back: 'Step back',
  play: 'Play',
  pause: 'Pause',
  forward: 'Step forward',
  forwardTurn: 'Next turn',
  last: 'To the end',
  speed: 'Speed',
  keys: 'Arrow keys step, with Shift by turns; the space bar plays and pauses; Home and End go to the two ends.',
  noScores: 'No round has been scored yet.',
  fairness: 'Fairness of the deals',
  fairnessHint:
    'Before a round the server publishes the SHA-256 of a seed, after it the seed. Here the seed is hashed and dealt from again, in this browser.',
  checking: 'Checking the deals…',
  allFair: (deals: number) => `Passed: ${deals === 1 ? 'the one deal is' : `all ${deals} deals are`} fair.`,
  notFair: (failed: number, deals: number) =>
    `Failed: ${failed} of ${deals} deals are not what was promised.`,
  keepsRules: 'Passed: every move, turn and score follows from the ones before.',
  breaksRules: (place: number) => `Failed: event ${place} does not follow from the ones before.`,
  deal: 'Deal',
  redeal: (redeals: number) => `redeal ${redeals}`,
  firstDeal: 'first',
  commitment: 'Commitment',
  hands: 'Hands',
  passed: 'Passed',
  failed: 'Failed',
  seed: 'Seed',
  dealt: (round: number, name: string, reason: StarterReason) =>
    `Round ${round} is dealt. ${name} begins: ${
      {
        accepted_redeal: 'asked for the redeal',
        has_general_red: 'holds the red general',
        won_last_turn: 'won the last turn',
      }[reason]
    }.`,
  weak: (names: readonly string[]) => `${and(names)} may ask for a redeal.`,
  redealDecided: (name: string, accept: boolean) =>
    accept ? `${name} asks for a redeal.` : `${name} keeps the hand.`,
  declared: (name: string, value: number) => `${name} declares ${value}.`,
  played: (name: string, set: string) => `${name} plays: ${set}.`,
  cannotWin: (name: string, pieces: number) =>
    `${name} lays ${pieces === 1 ? 'a piece' : `${pieces} pieces`} that cannot win.`,
  forced: 'Time was up: played for the seat.',
  resolved: (name: string, piles: number) => `${name} wins ${piles === 1 ? 'a pile' : `${piles} piles`}.`,
  scored: (round: number) => `Round ${round} is scored.`,
  ended: (winners: readonly string[]) =>
    winners.length === 0 ? 'The game ends without a winner.' : `The game is over. ${and(winners)} won.`,
  botTookOver: (name: string) => `${name} is away: a bot plays.`,
  leftForGood: (name: string) => `${name} has left: a bot keeps the seat.`,
  cameBack: (name: string) => `${name} is back.`,
};

export type ReplayTexts = typeof en;

const both = (names: readonly string[]) => names.join(' และ ');

const th: ReplayTexts = {
  title: 'ดูเกมย้อนหลัง',
  titleOf: (room) => `เกมย้อนหลังของห้อง ${room}`,
  fetching: 'กำลังโหลดเกม…',
  problem: {
    no_session: 'เบราว์เซอร์นี้ยังไม่เคยติดต่อเซิร์ฟเวอร์ เปิดหน้าห้องรวมก่อนแล้วกลับมาใหม่',
    no_room: 'ไม่มีห้องนี้แล้ว แต่ยังเปิดไฟล์เหตุการณ์ที่บันทึกไว้ได้ที่นี่',
    not_yours: 'ดูได้เฉพาะคนที่นั่งโต๊ะนี้ และหลังจบเกมแล้วเท่านั้น',
    unreachable: 'ติดต่อเซิร์ฟเวอร์ไม่ได้ ลองอีกครั้งในอีกสักครู่',
    not_a_log: 'ไฟล์นี้ไม่ใช่ไฟล์เหตุการณ์ของห้อง',
    not_finished: 'ห้องนี้ยังไม่มีเกมที่จบแล้ว',
    does_not_fit: 'เหตุการณ์ไม่ต่อเนื่องกัน ไฟล์ไม่ครบหรือถูกแก้ไข',
  },
  openHint: 'ลากไฟล์เหตุการณ์มาวางที่หน้านี้ หรือเลือกไฟล์',
  openFile: 'เลือกไฟล์เหตุการณ์',
  saveFile: 'บันทึกเหตุการณ์',
  tryAgain: 'ลองอีกครั้ง',
  game: 'เกม',
  gameOf: (game) => `เกมที่ ${game}`,
  outcome: { completed: 'เล่นจนจบ', abandoned: 'ถูกทิ้งกลางเกม', aborted: 'ถูกยุติ' },
  table: 'โต๊ะ',
  handOf: (name) => `หมากในมือของ ${name}`,
  laidBy: (name) => `หมากที่ ${name} ลง`,
  starter: 'เริ่มก่อน',
  emptyHand: 'หมดมือ',
  timeline: 'ลำดับเวลา',
  position: 'ตำแหน่งในเกม',
  stepOf: (step, all) => `ขั้นที่ ${step} จาก ${all}`,
  first: 'ไปจุดเริ่มต้น',
  backTurn: 'ตาก่อนหน้า',
  back: 'ย้อนหนึ่งขั้น',
  play: 'เล่น',
  pause: 'หยุด',
  forward: 'ไปหนึ่งขั้น',
  forwardTurn: 'ตาถัดไป',
  last: 'ไปจุดจบ',
  speed: 'ความเร็ว',
  keys: 'ปุ่มลูกศรเลื่อนทีละขั้น กด Shift ด้วยเพื่อเลื่อนทีละตา เว้นวรรคเพื่อเล่นหรือหยุด Home และ End ไปต้นและท้ายเกม',
  noScores: 'ยังไม่มีรอบที่คิดคะแนน',
  fairness: 'ความยุติธรรมของการแจก',
  fairnessHint:
    'ก่อนเริ่มรอบ เซิร์ฟเวอร์ประกาศค่า SHA-256 ของเมล็ดสุ่ม และเปิดเผยเมล็ดหลังจบรอบ หน้านี้คำนวณค่าและแจกซ้ำจากเมล็ดในเบราว์เซอร์ของคุณ',
  checking: 'กำลังตรวจการแจก…',
  allFair: (deals) => `ผ่าน: การแจกทั้ง ${deals} ครั้งยุติธรรม`,
  notFair: (failed, deals) => `ไม่ผ่าน: การแจก ${failed} จาก ${deals} ครั้งไม่ตรงกับที่ประกาศ`,
  keepsRules: 'ผ่าน: ทุกการเดิน ทุกตา และทุกคะแนนเป็นไปตามกติกา',
  breaksRules: (place) => `ไม่ผ่าน: เหตุการณ์ที่ ${place} ไม่เป็นไปตามกติกา`,
  deal: 'การแจก',
  redeal: (redeals) => `แจกใหม่ครั้งที่ ${redeals}`,
  firstDeal: 'ครั้งแรก',
  commitment: 'คำมั่น',
  hands: 'หมากในมือ',
  passed: 'ผ่าน',
  failed: 'ไม่ผ่าน',
  seed: 'เมล็ด',
  dealt: (round, name, reason) =>
    `แจกหมากรอบที่ ${round} ${name} เริ่มก่อน เพราะ${
      { accepted_redeal: 'ขอแจกใหม่', has_general_red: 'ถือแม่ทัพแดง', won_last_turn: 'ชนะตาที่แล้ว' }[reason]
    }`,
  weak: (names) => `${both(names)} ขอแจกใหม่ได้`,
  redealDecided: (name, accept) => (accept ? `${name} ขอแจกใหม่` : `${name} เล่นมือเดิม`),
  declared: (name, value) => `${name} ประกาศ ${value}`,
  played: (name, set) => `${name} ลง ${set}`,
  cannotWin: (name, pieces) => `${name} ลงหมาก ${pieces} ตัวที่ชนะไม่ได้`,
  forced: 'หมดเวลา ระบบเล่นแทน',
  resolved: (name, piles) => `${name} กิน ${piles} กอง`,
  scored: (round) => `คิดคะแนนรอบที่ ${round}`,
  ended: (winners) => (winners.length === 0 ? 'เกมจบโดยไม่มีผู้ชนะ' : `จบเกม ${both(winners)} ชนะ`),
  botTookOver: (name) => `${name} ไม่อยู่ บอทเล่นแทน`,
  leftForGood: (name) => `${name} ออกไปแล้ว บอทนั่งแทน`,
  cameBack: (name) => `${name} กลับมาแล้ว`,
};

const REPLAY_TEXTS: Readonly<Record<Language, ReplayTexts>> = { en, th };

export const replayTexts = (language: Language): ReplayTexts => REPLAY_TEXTS[language];

/** A set by its name and worth in the present language. */
export const setWorth = (type: PlayType, worth: number): string => texts().setWorth(type, worth);
