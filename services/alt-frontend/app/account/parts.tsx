import type { ReactNode } from 'react';

interface PartProps {
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  /** The level of its heading: on a page by itself it follows the title of the page. */
  heading?: 'h2' | 'h3';
}

/** A part of a panel, with its heading and a sentence on what it is for. */
export function Part({ title, text, children, heading: Heading = 'h3' }: PartProps) {
  return (
    <section className="flex flex-col gap-3 border-line py-5 first:pt-0 not-first:border-t">
      <div>
        <Heading className="font-serif text-lg">{title}</Heading>
        {text && <p className="mt-1 text-sm text-soft">{text}</p>}
      </div>
      {children}
    </section>
  );
}

interface LineProps {
  title: ReactNode;
  text?: ReactNode;
  children?: ReactNode;
}

/** One thing of a list: what it is, a word about it, and what can be done with it. */
export function Line({ title, text, children }: LineProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-1.5">
      <div className="min-w-0 flex-1 basis-48">
        <p className="text-[0.9375rem] wrap-anywhere">{title}</p>
        {text && <p className="text-sm text-soft wrap-anywhere">{text}</p>}
      </div>
      {children}
    </li>
  );
}
