import type { ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './icons.tsx';

type Look = 'primary' | 'plain' | 'danger';

const looks: Record<Look, string> = {
  primary: 'bg-accent text-on-accent hover:opacity-90',
  plain: 'border border-line bg-raised text-ink hover:bg-hover',
  danger: 'border border-line bg-raised text-danger hover:bg-hover',
};

export const buttonClass = (look: Look) =>
  `inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 text-[0.9375rem] font-medium transition-colors disabled:opacity-60 md:min-h-10 ${looks[look]}`;

export function Button({
  look = 'plain',
  className = '',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look }) {
  return <button type="button" {...rest} className={`${buttonClass(look)} ${className}`} />;
}

export const iconButtonClass =
  'inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-50 md:size-9';

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does, for those who cannot see the icon, and as a tooltip. */
  label: string;
  filled?: boolean;
}

export function IconButton({ icon, label, filled = false, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className={`${iconButtonClass} ${className}`}>
      <Icon name={icon} filled={filled} />
    </button>
  );
}
