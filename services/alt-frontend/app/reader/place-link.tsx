import type { ComponentProps, MouseEvent } from 'react';
import { hrefOf, type Place, useGoing } from './place.ts';

interface PlaceLinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  place: Place;
  isReplacing?: boolean;
}

/**
 * A link inside the reader. A plain anchor: the router's own link listens to every change of the address, which a
 * sidebar of a thousand feeds can feel.
 */
export function PlaceLink({ place, isReplacing = false, children, onClick, ...rest }: PlaceLinkProps) {
  const going = useGoing();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || !isPlainClick(event)) return;
    event.preventDefault();
    going.to(place, isReplacing);
  };
  return (
    <a {...rest} href={hrefOf(place)} onClick={follow}>
      {children}
    </a>
  );
}

/** Not a click that the browser answers itself: a new tab, a window, a download. */
function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
