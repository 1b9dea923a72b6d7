import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { useTexts } from '../language/translate.ts';
import { Button, IconButton } from './button.tsx';

export interface Toast {
  text: string;
  tone?: 'plain' | 'error';
  /** What can be done about it, such as taking it back. */
  action?: { label: string; run(): void };
}

interface Toasts {
  show(toast: Toast): void;
}

const ToastContext = createContext<Toasts | null>(null);

const shownMs = { plain: 4_000, error: 9_000 };

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error('useToasts needs a ToastProvider above it');
  return toasts;
}

/** Short messages at the foot of the page, said aloud by screen readers; a new one takes the place of the last. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const [toast, setToast] = useState<Toast | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useCallback((next: Toast) => {
    clearTimeout(timer.current);
    setToast(next);
    timer.current = setTimeout(() => setToast(null), next.action ? shownMs.error : shownMs[next.tone ?? 'plain']);
  }, []);
  const toasts = useMemo(() => ({ show }), [show]);
  return (
    <ToastContext value={toasts}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed inset-x-0 bottom-0 z-60 flex justify-center p-4 pb-[calc(1rem+env(safe-area-inset-bottom))]"
      >
        {toast && (
          <div className="pointer-events-auto flex max-w-md items-center gap-2 rounded-xl border border-line bg-raised py-1 ps-4 pe-1 text-[0.9375rem] shadow-raised">
            <span className={toast.tone === 'error' ? 'text-danger' : ''}>{toast.text}</span>
            {toast.action && (
              <Button
                className="min-h-9! px-3"
                onClick={() => {
                  setToast(null);
                  toast.action?.run();
                }}
              >
                {toast.action.label}
              </Button>
            )}
            <IconButton icon="close" label={t('action.dismiss')} onClick={() => setToast(null)} />
          </div>
        )}
      </div>
    </ToastContext>
  );
}
