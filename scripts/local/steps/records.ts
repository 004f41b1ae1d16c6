/** The table of executions: what each was started with, how it ended, and while it runs the step it is in. */
import type { DatabaseSync } from 'node:sqlite';
import type { Json } from './definition.ts';
import type { Step } from './work.ts';

/** Times are epoch milliseconds; `input` and `output` are JSON as text, as in the API. */
export interface Execution {
  readonly name: string;
  readonly input: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** How an execution ended. */
export interface End {
  readonly status: Exclude<Execution['status'], 'RUNNING'>;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

export interface Records {
  /** False when the name is taken. */
  readonly add: (name: string, input: string) => boolean;
  readonly find: (name: string) => Execution | null;
  /** All of them, the latest first. */
  readonly list: () => Execution[];
  /** Those that had not ended, each with its step unless it had not begun one. */
  readonly running: () => (Execution & { readonly step: Step | null })[];
  readonly keepStep: (name: string, step: Step) => void;
  readonly keepEnd: (name: string, end: End) => void;
}

/** Names can be used again after 90 days, as on AWS. */
const NAME_KEPT_MS = 90 * 24 * 3600 * 1000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS executions (
    name TEXT PRIMARY KEY, input TEXT NOT NULL, status TEXT NOT NULL, startedAt INTEGER NOT NULL, stoppedAt INTEGER,
    output TEXT, error TEXT, cause TEXT, step TEXT
  ) STRICT`;
const COLUMNS = 'name, input, status, startedAt, stoppedAt, output, error, cause';

/** Opens the table in a database. */
export function openRecords(database: DatabaseSync): Records {
  database.exec(SCHEMA);
  database.prepare('DELETE FROM executions WHERE stoppedAt < ?').run(Date.now() - NAME_KEPT_MS);
  const insert = database.prepare(
    `INSERT INTO executions (name, input, status, startedAt) VALUES (?, ?, 'RUNNING', ?) ON CONFLICT DO NOTHING`,
  );
  const select = database.prepare(`SELECT ${COLUMNS} FROM executions WHERE name = ?`);
  const selectAll = database.prepare(`SELECT ${COLUMNS} FROM executions ORDER BY startedAt DESC, rowid DESC`);
  const selectRunning = database.prepare(`SELECT ${COLUMNS}, step FROM executions WHERE status = 'RUNNING'`);
  const saveStep = database.prepare('UPDATE executions SET step = ? WHERE name = ?');
  const saveEnd = database.prepare(
    'UPDATE executions SET status = ?, stoppedAt = ?, output = ?, error = ?, cause = ?, step = NULL WHERE name = ?',
  );
  return {
    add: (name, input) => insert.run(name, input, Date.now()).changes === 1,
    find: (name) => (select.get(name) as Execution | undefined) ?? null,
    list: () => selectAll.all() as unknown as Execution[],
    running: () =>
      (selectRunning.all() as unknown as (Execution & { step: string | null })[]).map((row) => ({
        ...row,
        step: row.step === null ? null : (JSON.parse(row.step) as Step),
      })),
    keepStep: (name, step) => void saveStep.run(JSON.stringify(step), name),
    keepEnd(name, { status, output, error, cause }) {
      const result = output === undefined ? null : JSON.stringify(output);
      saveEnd.run(status, Date.now(), result, error ?? null, cause ?? null, name);
    },
  };
}
