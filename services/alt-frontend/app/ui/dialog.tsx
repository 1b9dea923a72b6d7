import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useRef } from 'react';
import { useTexts } from '../language/translate.ts';
import { Button, IconButton } from './button.tsx';

interface PanelProps {
  title: string;
  onClose(): void;
  children: ReactNode;
  footer?: ReactNode;
  /** A question that comes by itself: a click that was on its way to the page does not answer it. */
  isUnasked?: boolean;
}

/** A dialog with a title: a sheet at the bottom of a phone, a card in the middle of a desk. Escape closes it. */
export function Panel({ title, onClose, children, footer, isUnasked = false }: PanelProps) {
  const { t } = useTexts();
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open disablePointerDismissal={isUnasked} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-backdrop z-40" />
        <Dialog.Popup
          ref={popup}
          // Where typing is the point, the field; elsewhere the panel itself, so that no keyboard covers a phone.
          initialFocus={() => popup.current?.querySelector<HTMLElement>('[data-autofocus]') ?? popup.current}
          tabIndex={-1}
          className="dialog z-40 outline-none"
        >
          <header className="flex items-center gap-2 border-b border-line py-2 ps-5 pe-2">
            <Dialog.Title className="flex-1 text-base font-semibold">{title}</Dialog.Title>
            <Dialog.Close render={<IconButton icon="close" label={t('action.close')} />} />
          </header>
          <div className="scroll px-5 py-4">{children}</div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  isDangerous?: boolean;
  onConfirm(): void;
  onCancel(): void;
}

/** Asks once more before something that cannot be taken back. */
export function Confirm({ title, text, action, isDangerous = false, onConfirm, onCancel }: ConfirmProps) {
  const { t } = useTexts();
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => !isOpen && onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="dialog-backdrop z-50" />
        <AlertDialog.Popup className="dialog z-50 gap-3 p-5 outline-none md:max-w-md md:p-6">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="text-[0.9375rem] text-soft">{text}</AlertDialog.Description>
          <div className="mt-3 flex flex-wrap justify-end gap-2">
            <AlertDialog.Close render={<Button>{t('action.cancel')}</Button>} />
            <Button look={isDangerous ? 'danger' : 'primary'} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
