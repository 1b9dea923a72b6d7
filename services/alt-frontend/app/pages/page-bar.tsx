import type { ReactNode } from 'react';
import { BackToSidebar } from '../reader/list-bar.tsx';

/** The head of a page that stands in the list’s place. */
export function PageBar({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="flex-none border-b border-line">
      <div className="bar">
        <BackToSidebar />
        <h1 className="min-w-0 flex-1 truncate ps-1 font-serif text-xl">{title}</h1>
        {children}
      </div>
    </header>
  );
}
