/** Where the local cloud keeps its things: a folder that one `npm start` holds at a time, or a temporary one. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Folder {
  readonly path: string;
  /** Signs the sessions; kept, so that cookies outlive a restart. */
  readonly sessionSecret: string;
  readonly release: () => void;
}

/** Opens (and makes) the data folder; undefined when another process holds it. */
export function openFolder(folder: string): Folder | undefined {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true });
  const release = lock(join(path, 'lock'));
  return release && { path, sessionSecret: keepSecret(join(path, 'session-secret')), release };
}

/** A folder for what must be a file even when nothing is kept. */
export function openTemporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'liap-tui-'));
  const release = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', release);
  return { path, sessionSecret: newSecret(), release };
}

/** A lock that ends with the process however it ends, which a file's mere presence does not: SQLite's own. */
function lock(file: string): (() => void) | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch {
    database.close();
    return undefined;
  }
}

function keepSecret(file: string): string {
  try {
    writeFileSync(file, newSecret(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8');
}

export const newSecret = (): string => randomBytes(32).toString('base64url');
