/** The table of messages of all queues: what each says, when it is due, and how often it has been received. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** A message in the hands of a consumer. Times are epoch milliseconds. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  readonly receives: number;
  readonly firstReceivedAt: number;
  readonly receipt: string;
}

export interface Depth {
  readonly visible: number;
  readonly delayed: number;
  readonly inFlight: number;
}

export interface Messages {
  /** Adds a message that is due in so many milliseconds; its id. */
  readonly add: (queue: string, body: string, delayMs: number) => string;
  /** Takes up to `limit` due messages, the longest due first, and hides them for so many milliseconds. */
  readonly take: (queue: string, limit: number, hideMs: number) => Message[];
  /** Moves what is due and was received so often to another queue; the ids. */
  readonly bury: (queue: string, receives: number, to: string) => string[];
  readonly remove: (queue: string, receipt: string) => void;
  readonly depth: (queue: string) => Depth;
  /** When the next message is due, `null` when there is none. */
  readonly nextDue: (queue: string) => number | null;
  /** Makes due at once what somebody had received and not removed. */
  readonly release: () => void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, sentAt INTEGER NOT NULL, dueAt INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0, firstReceivedAt INTEGER, receipt TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_due ON messages (queue, dueAt)`;

/** Opens the table in a database. */
export function openMessages(database: DatabaseSync): Messages {
  database.exec(SCHEMA);
  const insert = database.prepare(
    'INSERT INTO messages (id, queue, body, sentAt, dueAt) VALUES (?, ?, ?, ?, ?)',
  );
  const take = database.prepare(
    `UPDATE messages SET receives = receives + 1, firstReceivedAt = coalesce(firstReceivedAt, ?1), dueAt = ?2,
       receipt = id || '#' || (receives + 1)
     WHERE id IN (SELECT id FROM messages WHERE queue = ?3 AND dueAt <= ?1 ORDER BY dueAt LIMIT ?4)
     RETURNING id, body, sentAt, receives, firstReceivedAt, receipt`,
  );
  const bury = database.prepare(
    `UPDATE messages SET queue = ?, receives = 0, firstReceivedAt = NULL, receipt = NULL
     WHERE queue = ? AND dueAt <= ? AND receives >= ? RETURNING id`,
  );
  const erase = database.prepare('DELETE FROM messages WHERE queue = ? AND receipt = ?');
  const count = database.prepare(
    `SELECT count(*) FILTER (WHERE dueAt <= ?1) AS visible,
       count(*) FILTER (WHERE dueAt > ?1 AND receipt IS NULL) AS delayed,
       count(*) FILTER (WHERE dueAt > ?1 AND receipt IS NOT NULL) AS inFlight
     FROM messages WHERE queue = ?2`,
  );
  const next = database.prepare('SELECT min(dueAt) AS dueAt FROM messages WHERE queue = ?');
  const release = database.prepare('UPDATE messages SET dueAt = min(dueAt, ?) WHERE receipt IS NOT NULL');
  return {
    add(queue, body, delayMs) {
      const id = randomUUID();
      const now = Date.now();
      insert.run(id, queue, body, now, now + delayMs);
      return id;
    },
    take(queue, limit, hideMs) {
      const now = Date.now();
      return take.all(now, now + hideMs, queue, limit) as unknown as Message[];
    },
    bury: (queue, receives, to) => bury.all(to, queue, Date.now(), receives).map(({ id }) => String(id)),
    remove: (queue, receipt) => void erase.run(queue, receipt),
    depth: (queue) => count.get(Date.now(), queue) as unknown as Depth,
    nextDue: (queue) => (next.get(queue) as { dueAt: number | null }).dueAt,
    release: () => void release.run(Date.now()),
  };
}
