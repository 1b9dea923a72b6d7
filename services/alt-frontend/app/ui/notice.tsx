import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

interface NoticeProps {
  icon?: IconName;
  title: string;
  text?: string;
  children?: ReactNode;
  /** Where it is all that the page has, its title is the page's. */
  isPage?: boolean;
}

/** What stands where there is nothing to show: what that means and what can be done. */
export function Notice({ icon, title, text, children, isPage = false }: NoticeProps) {
  const Title = isPage ? 'h1' : 'p';
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center">
      {icon && <Icon name={icon} className="mb-2 size-8 text-soft" />}
      <Title className="font-serif text-xl text-balance">{title}</Title>
      {text && <p className="text-[0.9375rem] text-balance text-soft">{text}</p>}
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
