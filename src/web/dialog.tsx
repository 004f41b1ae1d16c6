// A dialog over the page: the browser keeps the focus in it, closes it with Escape and gives the focus back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { texts } from './language.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    box.current?.showModal();
  }, []);
  return (
    <dialog
      ref={box}
      class="dialog"
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={({ target }) => {
        if (target === box.current) onClose();
      }}
    >
      <div class="dialog-inside">
        <div class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="quiet" onClick={onClose}>
            {texts().close}
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
