/** What comes again and again in much the same words and is another thing each time. */
export interface Series {
  name: string;
  language: 'en' | 'ja' | 'ru';
  address: string;
  issues: { title: string; text: string; fragment?: string }[];
}

/** Fills `{0}`, `{1}`, … of a title and a text with the values of each issue. */
function issues(title: string, text: string, values: string[][]): Series['issues'] {
  const fill = (template: string, row: string[]) =>
    template.replace(/\{(\d)\}/g, (_, n: string) => row[Number(n)] ?? '');
  return values.map((row) => ({ title: fill(title, row), text: fill(text, row) }));
}

export const series: Series[] = [
  {
    name: 'release notes',
    language: 'en',
    address: 'https://quillbase.example/changelog',
    issues: issues(
      'Quillbase {0} released',
      'We are happy to announce Quillbase {0}, a new release of the small database for notes. This release contains {1}. It also fixes {2}. Thanks to everybody who reported errors, sent patches and translated the manual. You can download packages for all platforms from our site, or upgrade with the package manager of your system. As always, please make a backup before you upgrade, and read the notes on compatibility. If something does not work, open an issue and tell us which version you came from.',
      [
        ['1.2', 'full text search over attachments', 'a crash on empty tables'],
        ['1.3', 'synchronisation between two machines', 'wrong dates in exported files'],
        ['1.3.1', 'no new features', 'a regression in synchronisation'],
        ['2.0-rc1', 'a new storage format and a plugin interface', 'the slow start with many notebooks'],
      ],
    ),
  },
  {
    name: 'weekly column',
    language: 'en',
    address: 'https://gardenletter.example/week',
    issues: issues(
      'The garden this week: {0}',
      'Welcome to another week in the garden, where we look at what to sow, what to cut and what to leave alone. {1} As every week, questions from our readers come last: write to the garden desk if you have one of your own. Keep your tools clean, water in the morning and be kind to the hedgehogs. Until next week, and may the slugs stay at your neighbours.',
      [
        [
          'sowing beans',
          'Beans go into the ground now that the soil is warm; put three seeds around each pole and cover them with two fingers of earth.',
        ],
        [
          'pruning roses',
          'Roses want the knife before the buds open; cut above an eye that looks outwards and burn what is spotted.',
        ],
        [
          'first potatoes',
          'Lift the first potatoes on a dry afternoon, take only what you eat the same day and let the rest grow.',
        ],
        [
          'saving seeds',
          'Leave the best lettuce to flower and tie a paper bag over it, for the seeds fly away in a single night.',
        ],
      ],
    ),
  },
  {
    name: 'market report',
    language: 'en',
    address: 'https://moneywire.example/markets/close',
    issues: issues(
      'Stocks close {0} on {1} as investors weigh rates',
      'Shares ended {0} on {1} as investors weighed what the central bank may do with interest rates. The leading index closed at {2} points, a change of {3} per cent, while the index of technology companies ended at {4} points. Among the winners were makers of machines, among the losers banks and retailers. The yield of government bonds with ten years to run stood at {5} per cent. Oil and gold were little changed, and trading was thin ahead of the figures on employment that are due later this week.',
      [
        ['higher', 'Monday', '8,214', '0.4', '15,902', '2.91'],
        ['lower', 'Tuesday', '8,167', '0.6', '15,790', '2.95'],
        ['higher', 'Wednesday', '8,243', '0.9', '16,021', '2.88'],
        ['flat', 'Thursday', '8,240', '0.1', '16,004', '2.87'],
      ],
    ),
  },
  {
    name: 'match report',
    language: 'en',
    address: 'https://sidelines.example/reports',
    issues: issues(
      '{0} beat {1} {2} in league opener',
      '{0} began the season with a {2} victory over {1} in front of {3} spectators. {4} scored the first goal after {5} minutes, and the visitors never found an answer. The coach praised the patience of his team and said that there was still a lot to improve before the next match. The losing side complained about a penalty that was not given late in the second half. The second round of the league is played next weekend.',
      [
        ['Harwick', 'Dunmore', '2-1', '12,400', 'Okafor', '23'],
        ['Selby Town', 'Ravensgate', '3-0', '8,950', 'Lindholm', '11'],
        ['Eastmoor', 'Port Callan', '1-0', '21,300', 'Baptiste', '67'],
        ['Dunmore', 'Eastmoor', '4-2', '9,780', 'Sorensen', '5'],
      ],
    ),
  },
  {
    name: 'live report',
    language: 'en',
    address: 'https://seawire.example/live/election',
    issues: issues(
      'Live updates: votes counted in Aldria election',
      'Votes are being counted after the parliamentary election in Aldria. {0} Polling stations closed at eight in the evening. The electoral commission expects a provisional result by the morning. Here is what we know so far, and we will keep this page up to date through the night. Turnout was high in the cities and lower in the mountains, according to first figures.',
      [
        ['With a tenth of the votes counted the Reform party leads in the south.'],
        ['Half of the votes are counted, and the Union has overtaken the Reform party.'],
        ['The leader of the Reform party has conceded and congratulated the winner.'],
      ],
    ),
  },
  {
    name: 'parts of a course',
    language: 'en',
    address: 'https://soldering.example/course',
    issues: issues(
      'Build your own radio, part {0}: {1}',
      'In this course we build a small radio from parts that fit into a matchbox. You need a soldering iron, a steady hand and about an hour of time. {2} If you missed a part, you find all of them in our archive, together with the circuit diagram and a list of dealers. Next time we go on where we stop today, so do not throw away the cut wires.',
      [
        [
          '1',
          'the coil',
          'Today we wind the coil: ninety turns of thin wire on a paper tube, without a gap and without crossing.',
        ],
        [
          '2',
          'the tuner',
          'Today the tuner comes onto the board, and with it the first moment when something can go wrong for good.',
        ],
        [
          '3',
          'the amplifier',
          'Today three transistors turn a whisper into a voice; mind which leg is which before you heat anything.',
        ],
      ],
    ),
  },
  {
    name: 'リリースノート',
    language: 'ja',
    address: 'https://fudebase.example/changelog',
    issues: issues(
      'フデベース {0} を公開しました',
      'メモのための小さなデータベース、フデベースの新しい版 {0} を公開しました。今回は{1}が加わりました。あわせて{2}を直しています。不具合を知らせてくれた方、修正を送ってくれた方、説明書を訳してくれた方に感謝します。すべての環境向けのパッケージを公式サイトから入手できます。更新の前には必ず控えを取り、互換性についての注意をお読みください。うまく動かないときは、どの版から更新したかを添えてお知らせください。',
      [
        ['1.2', '添付ファイルの全文検索', '空の表で落ちる問題'],
        ['1.3', '2台の機械の間の同期', '書き出した日付のずれ'],
        ['1.3.1', '目新しい機能はありませんが安定性の向上', '同期が止まる不具合'],
      ],
    ),
  },
  {
    name: '週刊コラム',
    language: 'ja',
    address: 'https://niwadayori.example/week',
    issues: issues(
      '今週の庭しごと 第{0}回 {1}',
      '今週も庭しごとの時間です。何をまき、何を切り、何をそのままにしておくかを考えます。{2}最後はいつものように読者の質問です。聞いてみたいことがあれば庭の係までお便りください。道具はきれいに、水やりは朝のうちに。それではまた来週お会いしましょう。',
      [
        [
          '十二',
          '豆をまく',
          '土が温まったので豆をまきます。支柱のまわりに三粒ずつ置き、指二本分の土をかぶせましょう。',
        ],
        [
          '十三',
          'バラの剪定',
          'バラは芽が開く前にはさみを入れます。外を向いた芽の上で切り、斑点のある葉は燃やします。',
        ],
        [
          '十四',
          '初めてのじゃがいも',
          '晴れた午後にじゃがいもを掘ります。その日に食べる分だけにして、残りは育てておきます。',
        ],
      ],
    ),
  },
  {
    name: '地震速報',
    language: 'ja',
    address: 'https://umikaze.example/quake',
    issues: issues(
      '{0}で最大震度{1}の地震 津波の心配なし',
      '{2}ごろ、{0}を震源とする地震があり、最大震度{1}を観測しました。震源の深さは{3}キロ、地震の規模を示すマグニチュードは{4}と推定されます。この地震による津波の心配はありません。気象庁は、揺れの強かった地域では今後の地震や雨に注意するよう呼びかけています。けが人や建物の被害の情報は入っていません。',
      [
        ['青波県沖', '4', '午前6時12分', '40', '5.1'],
        ['白峰県南部', '3', '午後2時48分', '10', '4.2'],
        ['青波県沖', '3', '午後9時05分', '50', '4.6'],
        ['緑川県北部', '4', '午前0時31分', '20', '4.9'],
      ],
    ),
  },
  {
    name: '相場',
    language: 'ja',
    address: 'https://keizai-hibi.example/markets',
    issues: issues(
      '東証大引け {0} 終値は{1}円',
      '{2}日の株式市場で主な指数は{0}し、終値は前の日に比べて{3}円{4}の{1}円でした。市場では中央銀行の金利の見通しをめぐって様子を見る動きが強まりました。値上がりした業種は機械や電機、値下がりした業種は銀行や小売りなどです。1日の出来高は{5}億株でした。市場関係者は「週末の雇用の統計を前に、積極的な売買は手控えられた」と話しています。',
      [
        ['続伸', '38214', '2', '152', '高', '13'],
        ['反落', '37967', '3', '247', '安', '14'],
        ['反発', '38243', '4', '276', '高', '12'],
      ],
    ),
  },
  {
    name: '連載',
    language: 'ja',
    address: 'https://handa-kobo.example/course',
    issues: issues(
      'マッチ箱ラジオを作る（{0}）',
      'この連載ではマッチ箱に収まる小さなラジオを作ります。用意するのははんだごてと1時間ほどの時間です。{1}前の回を読み逃した方は、回路図や部品を扱う店の一覧と一緒にまとめのページをご覧ください。次の回は今日の続きから始めますので、切り落とした線は捨てないでください。',
      [
        ['上', '今日はコイルを巻きます。紙の筒に細い線をすき間なく九十回、重ならないように巻いてください。'],
        ['中', '今日は同調の部品を基板に載せます。取り返しのつかない失敗が起きるのもこのあたりです。'],
        ['下', '今日は三つのトランジスターでささやきを声に変えます。熱を加える前に足の向きを確かめましょう。'],
      ],
    ),
  },
  {
    name: 'заметки о выпуске',
    language: 'ru',
    address: 'https://perobaza.example/changelog',
    issues: issues(
      'Вышла Перобаза {0}',
      'Мы рады представить Перобазу {0}, новый выпуск небольшой базы данных для заметок. В этом выпуске {1}. Кроме того, исправлено {2}. Спасибо всем, кто сообщал об ошибках, присылал исправления и переводил руководство. Пакеты для всех систем можно скачать на нашем сайте или обновиться через менеджер пакетов. Как обычно, перед обновлением сделайте резервную копию и прочитайте раздел о совместимости. Если что-то не работает, напишите нам и укажите, с какой версии вы обновлялись.',
      [
        ['1.2', 'появился полнотекстовый поиск по вложениям', 'падение на пустых таблицах'],
        ['1.3', 'появилась синхронизация между двумя машинами', 'смещение дат в выгрузке'],
        ['1.3.1', 'нет новых возможностей', 'зависание синхронизации'],
      ],
    ),
  },
  {
    name: 'колонка',
    language: 'ru',
    address: 'https://sadovod.example/week',
    issues: issues(
      'Неделя в саду: {0}',
      'Здравствуйте, это очередная неделя в саду, и мы говорим о том, что сеять, что обрезать, а что оставить в покое. {1} В конце, как всегда, вопросы читателей: пишите в садовую редакцию, если у вас есть свой. Держите инструменты в чистоте, поливайте по утрам и не обижайте ежей. До следующей недели, и пусть слизни живут у соседей.',
      [
        [
          'сеем бобы',
          'Земля прогрелась, пора сеять бобы: по три зерна вокруг каждой опоры, засыпать слоем в два пальца.',
        ],
        [
          'обрезаем розы',
          'Розы обрезают до того, как раскроются почки, над глазком, который смотрит наружу, пятнистые листья сжигают.',
        ],
        [
          'первая картошка',
          'Первую картошку копают в сухой день, берут столько, сколько съедят сразу, остальное пусть растёт.',
        ],
      ],
    ),
  },
  {
    name: 'курсы валют',
    language: 'ru',
    address: 'https://delovoy-den.example/rates',
    issues: issues(
      'Официальный курс кроны на {0}: {1} за доллар',
      'Центральный банк установил официальный курс кроны на {0}: {1} за доллар и {2} за евро. По сравнению с предыдущим днём доллар {3} на {4}. На бирже объём торгов составил {5} миллиарда. Участники рынка ждут решения по ставке, которое регулятор объявит на ближайшем заседании. Нефть подорожала незначительно, золото почти не изменилось в цене.',
      [
        ['3 марта', '10,42', '11,37', 'подорожал', '0,06', '2,1'],
        ['4 марта', '10,35', '11,29', 'подешевел', '0,07', '1,8'],
        ['5 марта', '10,51', '11,44', 'подорожал', '0,16', '2,6'],
      ],
    ),
  },
  {
    name: 'отчёт о матче',
    language: 'ru',
    address: 'https://bokovaya.example/reports',
    issues: issues(
      '«{0}» обыграл «{1}» со счётом {2}',
      '«{0}» начал сезон с победы над «{1}», встреча завершилась со счётом {2}. Игру посетили {3} зрителей. Первый мяч на {5}-й минуте забил {4}, и гости не сумели ответить. Тренер победителей похвалил команду за терпение и добавил, что до следующей игры предстоит многое исправить. Проигравшие недовольны тем, что в концовке судья не назначил пенальти. Второй тур пройдёт в ближайшие выходные.',
      [
        ['Гарвик', 'Данмор', '2:1', '12 400', 'Окафор', '23'],
        ['Селби', 'Равенсгейт', '3:0', '8 950', 'Линдхольм', '11'],
        ['Истмур', 'Порт-Каллан', '1:0', '21 300', 'Батист', '67'],
      ],
    ),
  },
  {
    name: 'онлайн',
    language: 'ru',
    address: 'https://morskaya.example/online',
    issues: issues(
      'Выборы в Алдрии: онлайн-трансляция',
      'В Алдрии подсчитывают голоса после парламентских выборов. {0} Участки закрылись в восемь часов вечера. Избирательная комиссия рассчитывает объявить предварительные итоги к утру. Мы собираем всё, что известно к этому часу, и обновляем страницу всю ночь. По первым данным, явка была высокой в городах и ниже в горах.',
      [
        ['Обработана десятая часть бюллетеней, на юге впереди партия реформ.'],
        ['Подсчитана половина голосов, союз обогнал партию реформ.'],
        ['Лидер партии реформ признал поражение и поздравил победителя.'],
      ],
    ),
  },
];

/** The columns once more, titled by their subject alone: nothing in a title says that it is a series. */
export const untitledSeries: Series[] = series
  .filter(({ name }) => ['weekly column', '週刊コラム', 'колонка'].includes(name))
  .map((column) => ({
    ...column,
    name: 'column, titled by its subject',
    issues: column.issues.map(({ title, text }) => ({ title: title.replace(/^.*?(?::|回)\s*/, ''), text })),
  }));

/** Different articles under one title of the kind that every site uses. */
export const equalTitles: { language: 'en' | 'ja' | 'ru'; title: string; texts: string[] }[] = [
  {
    language: 'en',
    title: 'What we are reading this weekend',
    texts: [
      'A history of lighthouses, told by the people who kept the lamps burning, opens our list. After that comes a thin novel about two sisters who inherit a bakery and cannot agree on the bread. For the train there is a collection of letters from an arctic expedition that never reached the ice.',
      'Three essays on the price of housing, one of them with a proposal that nobody has tried yet. A long report about the fishermen who became guards of the reef. And, for dessert, a conversation between a mathematician and a juggler on the subject of symmetry.',
      'Our editors argue about comics: one praises a wordless story of a lost robot, another a family saga in which every chapter is drawn by another hand. The youngest of us recommends a book on knots, with a rope included in the cover.',
    ],
  },
  {
    language: 'en',
    title: 'Five things to know before the market opens',
    texts: [
      'The central bank of Aldria left rates alone and hinted at a cut in autumn. A maker of batteries doubled its forecast. Two airlines want to share their airport slots. Copper fell to its lowest price since spring. And a strike at the port of Osterby entered its second week.',
      'Exports rose more than expected, helped by ships and paper. The ministry of finance plans a bond in a foreign currency for the first time. A chain of supermarkets warned of a loss. The price of coffee reached a record. In the afternoon the statistics office publishes figures on wages.',
    ],
  },
  {
    language: 'en',
    title: 'How I learned to stop worrying and love the terminal',
    texts: [
      'My first computer had no mouse, so the black screen was all there was. Years later, after a hundred icons on a desk that I never cleaned, I came back to typing and found that my fingers still knew the way. This is a small tour of the five commands that I use every hour.',
      'As a photographer I had no business with a shell until the day when four thousand pictures needed new names. A friend wrote one line, and it was done before the tea was ready. Since then I collect such lines on the wall behind my desk, and these are the best of them.',
    ],
  },
  {
    language: 'en',
    title: 'Review: the Halden X2 camera',
    texts: [
      'The Halden X2 is heavy, loud and expensive, and I did not want to give it back. Its finder is the brightest that I ever looked through, its battery lasted for a wedding and the party afterwards. The menus, however, seem to have been sorted by somebody who hates photographers.',
      'Small dials, large ambitions: with the X2 Halden tries to please travellers as well as studios. In our laboratory the sensor resolved more lines than that of any rival, but the shutter failed after a week in the dust. We recommend to wait for the first repair of the firmware.',
    ],
  },
  {
    language: 'ja',
    title: '週末に読みたい本と記事のまとめ',
    texts: [
      '灯台を守った人々の話を集めた歴史の本から始めましょう。次は、パン屋を継いだ姉妹がどうしても味で折り合えない薄い小説です。列車の中では、氷にたどり着けなかった探検隊の手紙をどうぞ。',
      '住まいの値段をめぐる三つの論考のうち、一つにはまだ誰も試していない提案があります。漁師から珊瑚の番人になった人たちの長い報告と、数学者と曲芸師が対称について語り合う対談も選びました。',
    ],
  },
  {
    language: 'ja',
    title: '新しい仕事場の机を自分で作ってみた話',
    texts: [
      '引っ越した先の部屋は斜めの壁ばかりで、店で売っている机がどれも入らない。そこで近くの材木屋に図面を持ち込み、天板だけを切ってもらった。脚は古い自転車の枠を使っている。',
      '娘が学校で使う机を探していたはずが、気がつくと自分の分まで図面を引いていた。難しかったのは引き出しで、三度作り直してようやくまっすぐ動くようになった。塗装には亜麻の油を選んだ。',
    ],
  },
  {
    language: 'ru',
    title: 'Что почитать в эти выходные нашим читателям',
    texts: [
      'Начнём с истории маяков, которую рассказывают смотрители. Затем тонкий роман о двух сёстрах, получивших в наследство пекарню и поссорившихся из-за хлеба. В дорогу возьмите письма полярной экспедиции, так и не увидевшей льда.',
      'Три очерка о ценах на жильё, в одном из них предложение, которого ещё никто не пробовал. Большой репортаж о рыбаках, ставших хранителями рифа. И беседа математика с жонглёром о симметрии.',
    ],
  },
  {
    language: 'ru',
    title: 'Как я перестал бояться и полюбил командную строку',
    texts: [
      'На первом моём компьютере мыши не было, чёрный экран заменял всё. Спустя годы, устав от сотни значков, я вернулся к клавиатуре, и пальцы вспомнили дорогу. Небольшой рассказ о пяти командах, которыми я пользуюсь каждый час.',
      'Фотографу терминал ни к чему, думал я, пока не понадобилось переименовать четыре тысячи снимков. Друг набрал одну строку, и чай ещё не остыл, как всё было готово. С тех пор я собираю такие строки на стене над столом.',
    ],
  },
];
