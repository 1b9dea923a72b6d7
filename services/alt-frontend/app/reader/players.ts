import { playableUrl, playerName } from './player-hosts.ts';

interface PlayerTexts {
  /** The label of the button that loads the player. */
  play(player: string): string;
  /** That nothing is loaded before. */
  note(player: string): string;
}

/**
 * Turns the links that stand for players (`a.alt-player`, made by the server's sanitiser) into buttons that load the
 * player when they are pressed. Players on hosts that the page may not frame stay links. Returns what removes the
 * listeners.
 */
export function placePlayers(root: HTMLElement, texts: PlayerTexts): () => void {
  const aborter = new AbortController();
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a.alt-player')) {
    const url = playableUrl(link.dataset.embed);
    if (url) wrapInPlayer(url, link, texts, aborter.signal);
  }
  return () => aborter.abort();
}

function wrapInPlayer(url: URL, link: HTMLAnchorElement, texts: PlayerTexts, signal: AbortSignal): void {
  const box = document.createElement('div');
  box.className = 'player';
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'player-button';
  button.textContent = texts.play(playerName(url));
  const note = document.createElement('p');
  note.className = 'player-note';
  note.textContent = texts.note(playerName(url));
  link.className = 'player-link';
  const title = link.textContent?.trim() ?? '';
  link.before(box);
  box.append(button, note, link);
  button.addEventListener('click', () => box.replaceWith(playerFrame(url, title)), { signal });
}

/** A sandboxed frame with the player; it learns no more of us than our origin. */
export function playerFrame(url: URL, title: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.title = title || url.hostname;
  frame.className = 'player-frame';
  frame.allow = 'fullscreen; picture-in-picture; encrypted-media';
  frame.referrerPolicy = 'strict-origin';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-presentation allow-popups');
  frame.src = url.href;
  return frame;
}
