import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

interface NoticeProps {
  icon?: IconName;
  title: string;
  text?: string;
  children?: ReactNode;
}

/** What stands where there is nothing to show: what that means and what can be done. */
export function Notice({ icon, title, text, children }: NoticeProps) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
      {icon && <Icon name={icon} className="mb-2 size-8 text-soft" />}
      <p className="font-serif text-xl text-balance">{title}</p>
      {text && <p className="text-[0.9375rem] text-balance text-soft">{text}</p>}
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
