import { describe, expect, it } from 'vitest';
import { peerAddress } from './own-host.ts';

describe('the address of a peer', () => {
  const cluster = 'http://news-creator.alt-processing.svc.cluster.local:11434';

  it('is that of its own setting, else this machine', () => {
    expect(peerAddress('pre-processor', 'news-creator', { NEWS_CREATOR_URL: cluster })).toBe(cluster);
    expect(peerAddress('pre-processor', 'news-creator', {})).toBe('http://127.0.0.1:11434');
  });

  it('is OLLAMA_HOST for tag-generator where that names news-creator, and never the Ollama outside', () => {
    expect(peerAddress('tag-generator', 'news-creator', { OLLAMA_HOST: cluster })).toBe(cluster);
    expect(peerAddress('tag-generator', 'news-creator', { OLLAMA_HOST: 'http://gpu:11434' })).toBe(
      'http://127.0.0.1:11434',
    );
    expect(peerAddress('pre-processor', 'news-creator', { OLLAMA_HOST: cluster })).toBe('http://127.0.0.1:11434');
  });
});
