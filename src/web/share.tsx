// The way for friends into a room: its link, to send or copy, and as a QR code.

import encodeQR from 'qr';
import { useState } from 'preact/hooks';
import { texts } from './language.ts';

export function Share({ room }: { room: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | null>(null);
  const isCopied = outcome === 'copied';
  const link = `${location.origin}/room/${room}`;
  const t = texts();
  // Pages without TLS have no clipboard, and a browser may refuse it.
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setOutcome('copied');
    } catch {
      setOutcome('refused');
    }
  };
  return (
    <div class="stack share">
      <p>{t.inviteHint}</p>
      <QrCode text={link} />
      <p class="code link">{link}</p>
      <div class="row">
        <button type="button" class="secondary" onClick={() => void copy()}>
          {isCopied ? t.copied : t.copyLink}
        </button>
        {'share' in navigator && (
          <button
            type="button"
            // Whoever closes the sheet without choosing has changed their mind: nothing to report.
            onClick={() =>
              void navigator.share({ title: 'Liap Tui', text: t.shareText, url: link }).catch(() => undefined)
            }
          >
            {t.share}
          </button>
        )}
      </div>
      <span role="status" class={outcome === 'refused' ? 'small' : 'unseen'}>
        {outcome === null ? '' : isCopied ? t.copied : t.copyByHand}
      </span>
    </div>
  );
}

/** Dark on white in either theme, with the quiet zone that readers need. */
function QrCode({ text }: { text: string }) {
  const rows = encodeQR(text, 'raw', { border: 2 });
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return (
    <svg class="qr" role="img" aria-label={texts().qrCode} viewBox={`0 0 ${rows.length} ${rows.length}`}>
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#14110d" shape-rendering="crispEdges" />
    </svg>
  );
}
