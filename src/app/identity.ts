// Sessions: `<id>.<mac>`, a random id and its HMAC. Whoever holds one is a player; nothing about it is stored but a hash.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PlayerId } from '../room/room.ts';
import type { Identity } from './ports.ts';

/** 192 random bits as 32 characters of base64url. The entry's CloudFront function makes the same tokens (src/edge). */
const ID_BYTES = 24;
const TOKEN = /^([A-Za-z0-9_-]{32})\.([A-Za-z0-9_-]{43})$/;

/** Issues and verifies sessions with the stage's secret. */
export function createIdentity(secret: string): Identity {
  const macOf = (id: string): string => createHmac('sha256', secret).update(id).digest('base64url');
  return {
    issue: () => {
      const id = randomBytes(ID_BYTES).toString('base64url');
      return { token: `${id}.${macOf(id)}`, player: playerOf(id) };
    },
    playerOf: (token) => {
      const [, id, mac] = TOKEN.exec(token) ?? [];
      if (id === undefined || mac === undefined) return null;
      return isSame(mac, macOf(id)) ? playerOf(id) : null;
    },
  };
}

/** Whether two secrets are equal, in a time that does not tell where they differ. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** The session of a cookie header or of a query parameter; the cookie of a browser comes first. */
export function sessionIn(from: {
  readonly cookie?: string | undefined;
  readonly query?: string | undefined;
}): string | null {
  const cookie = from.cookie
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith('liap_session='));
  return cookie?.slice('liap_session='.length) ?? from.query ?? null;
}

/** The header in which the entry (`nameViewer` in src/edge) says who asks: `<address>.<mac>`. Nobody but the APIs sees it. */
export const VIEWER_HEADER = 'x-liap-viewer';

/** Reads the secret of all sessions; one that is doubted may have been changed since it was last read. */
export type SessionSecret = (isDoubted?: boolean) => Promise<string>;

/** The address of a viewer as the entry vouches for it; null for what did not come through the entry. */
export async function viewerThrough(
  header: string | undefined,
  secret: SessionSecret,
): Promise<string | null> {
  if (header === undefined) return null;
  const viewer = viewerIn(header, await secret());
  if (viewer !== null) return viewer;
  return viewerIn(header, await secret(true));
}

/** The address in a header that is signed with this secret; null when it is not. */
export function viewerIn(header: string, secret: string): string | null {
  const end = header.lastIndexOf('.');
  const address = header.slice(0, Math.max(0, end));
  const mac = createHmac('sha256', secret).update(`viewer:${address}`).digest('base64url');
  return isSame(header.slice(end + 1), mac) ? address : null;
}

function playerOf(id: string): PlayerId {
  return createHash('sha256').update(id).digest('base64url').slice(0, 22);
}
