import { expect, test } from 'vitest';
import { readEvents } from './event-stream.ts';

test('events are read wherever the network cuts them, also within a letter; comments say nothing', async () => {
  const text = ': asked\n\nevent: waiting\ndata: {"position":2}\n\nevent: text\ndata: {"text":"潮の\\n満ち引き"}\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 7, bytes.length]) {
    const events = [];
    const body = new Blob([bytes]).stream().pipeThrough(new TransformStream(pieceBySize(size)));
    for await (const event of readEvents(body)) events.push(event);
    expect(events).toEqual([
      { name: 'waiting', data: { position: 2 } },
      { name: 'text', data: { text: '潮の\n満ち引き' } },
    ]);
  }
});

/** Cuts what passes into pieces of so many bytes. */
function pieceBySize(size: number): Transformer<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return {
    transform(chunk, controller) {
      for (let start = 0; start < chunk.length; start += size) controller.enqueue(chunk.slice(start, start + size));
    },
  };
}
