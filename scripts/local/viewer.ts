/** What the entry's function says to the APIs of who asks, for whoever asks an API of this machine without the entry. */
import { createHmac } from 'node:crypto';
import { VIEWER_HEADER } from '../../src/app/identity.ts';

/** The header that `nameViewer` in src/edge sends on for a viewer. */
export function viewerHeader(secret: string, address = '127.0.0.1'): Readonly<Record<string, string>> {
  const mac = createHmac('sha256', secret).update(`viewer:${address}`).digest('base64url');
  return { [VIEWER_HEADER]: `${address}.${mac}` };
}
