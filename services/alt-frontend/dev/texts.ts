/** Small texts of our own in three languages, from which the design data is made. */
export interface TextKit {
  titles: readonly string[];
  sentences: readonly string[];
  authors: readonly string[];
}

export const textKits: Readonly<Record<'en' | 'ja' | 'ru', TextKit>> = {
  en: {
    titles: [
      'What the tide tables knew',
      'A small database, thirty years later',
      'Notes on repairing an old bicycle, with a long detour about the metallurgy of bottom brackets and why threads go the way they do',
      'The library opens at six',
      'How we cut our build from nine minutes to forty seconds',
      'Bread in a cold kitchen',
      'On reading slowly',
      'Release 4.2: fewer knobs',
      'Walking the canal in November',
      'The map that was drawn from memory',
      'Why the lighthouse keeper kept two clocks',
      'An index is a promise',
    ],
    sentences: [
      'The harbour master kept his tables in pencil, because the sea, he said, was still being edited.',
      'Nobody had touched the program since the office moved, and so it went on working.',
      'You can hear whether a bearing is finished long before you can see it.',
      'We measured twice, threw away half of what we believed, and measured again.',
      'The dough rises more slowly in winter and tastes of it.',
      'A good error message is a small letter to somebody who is having a bad afternoon.',
      'Between the second and the third lock there is a bench that faces the wrong way, and it is the best one.',
      'What looked like a performance problem was a question nobody had asked the data.',
    ],
    authors: ['Ada Winter', 'Tomás Reed', 'J. Okafor'],
  },
  ja: {
    titles: [
      '雨の日の図書館で読む短い随筆',
      '古い自転車を直しながら考えたこと',
      '小さなデータベースの設計について、三十年後に振り返る',
      '朝六時の市場を歩く',
      '辞書をめくる音',
      'ビルド時間を九分から四十秒に縮めた話',
      '冬の台所とパン種',
      '灯台守はなぜ時計を二つ持っていたのか',
    ],
    sentences: [
      '港の主は潮の表を鉛筆で書いていた。海はまだ推敲の途中だから、と言う。',
      '誰も触らなかったので、そのプログラムは今日も動き続けている。',
      '読む速さを落とすと、行間に置かれた静けさが聞こえてくる。',
      '二度測り、信じていたことの半分を捨て、もう一度測った。',
      '三つ目の水門の手前に、反対を向いた長椅子がある。そこがいちばんよい。',
    ],
    authors: ['佐伯 みどり', '高野 透'],
  },
  ru: {
    titles: [
      'Что знали таблицы приливов',
      'Маленькая база данных тридцать лет спустя',
      'Хлеб на холодной кухне',
      'Как мы сократили сборку с девяти минут до сорока секунд',
      'О медленном чтении',
      'Прогулка вдоль канала в ноябре',
      'Зачем смотрителю маяка двое часов',
    ],
    sentences: [
      'Начальник порта вёл таблицы карандашом: море, говорил он, ещё редактируют.',
      'Программу никто не трогал с самого переезда, поэтому она продолжала работать.',
      'Зимой тесто поднимается медленнее, и это чувствуется на вкус.',
      'Хорошее сообщение об ошибке — это письмо человеку, у которого не задался день.',
      'Между вторым и третьим шлюзом стоит скамейка, повёрнутая не туда, — она и есть лучшая.',
    ],
    authors: ['Марина Лебедева', 'И. Соколов'],
  },
};

/** A number from 0 to 1 that is always the same for the same two numbers. */
export function steady(seed: number, salt: number): number {
  const value = Math.sin(seed * 127.1 + salt * 311.7) * 43_758.5453;
  return value - Math.floor(value);
}

export function pick<Item>(items: readonly Item[], seed: number, salt: number): Item {
  const item = items[Math.floor(steady(seed, salt) * items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from');
  return item;
}

/** Article HTML with everything that the typography has to carry. */
export function articleHtml(kit: TextKit, seed: number): string {
  const paragraph = (salt: number, count: number) =>
    `<p>${Array.from({ length: count }, (_, index) => pick(kit.sentences, seed + index, salt)).join(kit === textKits.ja ? '' : ' ')}</p>`;
  return [
    paragraph(1, 4),
    paragraph(2, 5),
    seed % 3 === 0
      ? `<figure><img src="/v1/images/sig/${seed}" alt="" width="960" height="540"><figcaption>${pick(kit.sentences, seed, 9)}</figcaption></figure>`
      : '',
    `<h2>${pick(kit.titles, seed, 3)}</h2>`,
    paragraph(4, 3),
    `<blockquote>${paragraph(5, 1)}</blockquote>`,
    `<ul><li>${pick(kit.sentences, seed, 6)}</li><li>${pick(kit.sentences, seed, 7)} <a href="https://example.org/notes">example.org</a></li></ul>`,
    seed % 2 === 0
      ? '<pre><code>const answer = await store.read(key);\nif (answer === undefined) throw new MissingKey(key, { hint: "write it first, then read it again; a very long line" });</code></pre>'
      : '',
    seed % 4 === 0
      ? '<table><thead><tr><th>n</th><th>p50</th><th>p95</th></tr></thead><tbody><tr><td>1,000</td><td>2 ms</td><td>5 ms</td></tr><tr><td>100,000</td><td>4 ms</td><td>9 ms</td></tr></tbody></table>'
      : '',
    seed % 5 === 0
      ? '<p><a class="alt-player" data-player="youtube" data-embed="https://www.youtube-nocookie.com/embed/abcdefghijk" href="https://www.youtube.com/watch?v=abcdefghijk">A short film</a></p>'
      : '',
    paragraph(8, 4),
  ].join('');
}
