import { useEffect, useState } from 'react';

/**
 * What stands behind the `#` of the address when the page is opened, or a link leads to it again. It is a secret: it
 * leaves the address at once, and so the history of the browser.
 */
export function useFragment(): string {
  const [fragment, setFragment] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const take = () => {
      const { pathname, search, hash } = window.location;
      if (hash.length <= 1) return;
      setFragment(hash.slice(1));
      window.history.replaceState(window.history.state, '', pathname + search);
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return fragment;
}
