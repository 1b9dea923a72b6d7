import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectLanguage } from './detect.ts';

const sentences: readonly (readonly [language: string, sentence: string])[] = [
  ['af', 'Die kinders het gister saam met hulle ouma langs die see gaan stap en skulpe opgetel.'],
  ['ar', 'ذهب الأطفال أمس إلى الشاطئ مع جدتهم وجمعوا الأصداف الجميلة.'],
  ['be', 'Учора дзеці хадзілі з бабуляй на бераг ракі і збіралі прыгожыя каменьчыкі.'],
  ['bg', 'Вчера децата се разхождаха с баба си по брега и събираха красиви миди.'],
  ['bn', 'গতকাল শিশুরা তাদের দাদির সঙ্গে নদীর ধারে হাঁটতে গিয়েছিল।'],
  ['ca', 'Ahir els nens van anar a passejar amb la seva àvia per la platja i van recollir petxines.'],
  ['cs', 'Děti včera šly s babičkou na procházku podél řeky a sbíraly hezké kamínky.'],
  ['da', 'I går gik børnene en tur langs stranden med deres bedstemor og samlede smukke muslingeskaller.'],
  ['de', 'Gestern gingen die Kinder mit ihrer Großmutter am Strand spazieren und sammelten Muscheln.'],
  ['el', 'Χθες τα παιδιά περπάτησαν με τη γιαγιά τους στην παραλία και μάζεψαν κοχύλια.'],
  ['en', 'Yesterday the children walked along the beach with their grandmother and collected shells.'],
  ['es', 'Ayer los niños pasearon por la playa con su abuela y recogieron conchas muy bonitas.'],
  ['et', 'Eile käisid lapsed vanaemaga mere ääres jalutamas ja korjasid ilusaid merekarpe.'],
  ['fa', 'دیروز بچه‌ها با مادربزرگشان در ساحل قدم زدند و صدف‌های زیبا جمع کردند.'],
  ['fi', 'Eilen lapset kävelivät isoäitinsä kanssa rannalla ja keräsivät kauniita simpukoita.'],
  ['fr', 'Hier, les enfants se sont promenés sur la plage avec leur grand-mère et ont ramassé des coquillages.'],
  ['gl', 'Onte os nenos foron pasear pola praia coa súa avoa e colleron unhas cunchas moi bonitas.'],
  ['he', 'אתמול הילדים טיילו עם סבתא שלהם על החוף ואספו צדפים יפים.'],
  ['hi', 'कल बच्चे अपनी दादी के साथ समुद्र के किनारे टहलने गए और सुंदर सीपियाँ इकट्ठी कीं।'],
  ['hr', 'Jučer su djeca s bakom šetala po plaži i skupljala lijepe školjke koje su našla.'],
  ['hu', 'Tegnap a gyerekek a nagymamájukkal sétáltak a parton, és szép kagylókat gyűjtöttek.'],
  ['hy', 'Երեկ երեխաները տատիկի հետ զբոսնեցին լողափով։'],
  ['id', 'Kemarin anak-anak berjalan di pantai bersama nenek mereka dan mengumpulkan kerang yang indah.'],
  ['is', 'Í gær gengu börnin með ömmu sinni um ströndina og söfnuðu fallegum skeljum.'],
  ['it', 'Ieri i bambini hanno passeggiato sulla spiaggia con la nonna e hanno raccolto delle belle conchiglie.'],
  ['ja', '昨日、子供たちは祖母と一緒に浜辺を散歩して、きれいな貝殻を集めました。'],
  ['ka', 'გუშინ ბავშვები ბებიასთან ერთად სანაპიროზე სეირნობდნენ.'],
  ['kk', 'Кеше балалар әжесімен бірге жағада серуендеп, әдемі қабыршақтар жинады.'],
  ['ko', '어제 아이들은 할머니와 함께 바닷가를 걸으며 예쁜 조개껍데기를 주웠습니다.'],
  ['lt', 'Vakar vaikai su močiute vaikščiojo paplūdimiu ir rinko gražias kriaukles.'],
  ['lv', 'Vakar bērni kopā ar vecmāmiņu pastaigājās gar jūru un vāca skaistus gliemežvākus.'],
  ['mk', 'Вчера децата со нивната баба прошетаа по плажата и ќе се вратат утре, бидејќи најдоа убави школки.'],
  ['mr', 'काल मुले त्यांच्या आजीबरोबर समुद्रकिनाऱ्यावर फिरायला गेली आणि त्यांनी सुंदर शिंपले गोळा केले आहेत.'],
  ['ms', 'Semalam kanak-kanak itu memberitahu bahawa mereka mengutip kulit siput kerana cantik, iaitu di pantai.'],
  ['nl', 'Gisteren wandelden de kinderen met hun oma langs het strand en verzamelden ze mooie schelpen.'],
  ['no', 'I går gikk barna langs stranden sammen med bestemoren sin og samlet på fine skjell de hadde funnet.'],
  ['pl', 'Wczoraj dzieci spacerowały z babcią po plaży i zbierały piękne muszle.'],
  ['pt', 'Ontem as crianças passearam na praia com a avó e apanharam conchas muito bonitas.'],
  ['ro', 'Ieri copiii s-au plimbat cu bunica lor pe plajă și au adunat scoici frumoase.'],
  ['ru', 'Вчера дети гуляли с бабушкой по берегу и собирали красивые ракушки.'],
  ['sk', 'Deti sa včera prechádzali so starou mamou po pláži a zbierali pekné mušle, ktoré našli.'],
  ['sl', 'Včeraj so se otroci z babico sprehajali po plaži in nabirali lepe školjke.'],
  ['sr', 'Јуче су деца са баком шетала по плажи и скупљала лепе шкољке.'],
  ['sv', 'Igår gick barnen längs stranden med sin mormor och samlade på vackra snäckor.'],
  ['ta', 'நேற்று குழந்தைகள் பாட்டியுடன் கடற்கரையில் நடந்தார்கள்.'],
  ['th', 'เมื่อวานนี้เด็กๆ เดินเล่นริมทะเลกับคุณยายและเก็บเปลือกหอยสวยๆ'],
  ['tl', 'Kahapon ay naglakad ang mga bata sa dalampasigan kasama ang kanilang lola at namulot ng mga kabibe.'],
  ['tr', 'Dün çocuklar büyükanneleriyle birlikte sahilde yürüdüler ve güzel deniz kabukları topladılar.'],
  ['uk', 'Учора діти гуляли з бабусею берегом і збирали гарні мушлі.'],
  ['ur', 'کل بچے اپنی دادی کے ساتھ ساحل پر چہل قدمی کے لیے گئے اور خوبصورت سیپیاں جمع کیں۔'],
  ['vi', 'Hôm qua bọn trẻ đi dạo trên bãi biển cùng bà và nhặt những vỏ sò rất đẹp.'],
  ['zh', '昨天孩子们和奶奶一起在海边散步，捡了许多漂亮的贝壳。'],
];

const german = 'Der Gemeinderat hat gestern beschlossen, dass die alte Brücke über den Fluss saniert werden soll. ';
const english = 'The council decided yesterday that the old bridge over the river is going to be repaired. ';

describe('the language of a sentence', () => {
  test.each(sentences)('%s: %s', (language, sentence) => {
    expect(detectLanguage(sentence)).toMatchObject({ language });
    expect(detectLanguage(sentence).confidence).toBeGreaterThan(0.5);
  });

  test('capitals, typographic quotes and decomposed accents do not change it', () => {
    for (const [language, sentence] of sentences) {
      expect(detectLanguage(sentence.toUpperCase()).language, sentence).toBe(language);
      expect(detectLanguage(`“${sentence.normalize('NFD')}”`).language, sentence).toBe(language);
    }
  });

  test('Chinese in traditional characters is Chinese', () => {
    expect(detectLanguage('昨天孩子們和奶奶一起在海邊散步').language).toBe('zh');
  });

  test('a Japanese headline without kana is Japanese when its characters say so', () => {
    expect(detectLanguage('円相場続落、日銀総裁発言受け').language).toBe('ja');
    expect(detectLanguage('東京大学').language).toBe(null);
  });
});

describe('a few words of Cyrillic', () => {
  test.each([
    ['ru', 'он мог прийти'],
    ['ru', 'Вот это другое дело'],
    ['sr', 'Само добро јутро'],
    ['sr', 'Нова година у Србији'],
  ])('%s: %s', (language, text) => {
    expect([language, null]).toContain(detectLanguage(text).language);
  });

  test.each(['он мог', 'треба ввести', 'била', 'само', 'чугунени, чиновници'])(
    'are not Serbian without a letter that is: %s',
    (text) => {
      expect(detectLanguage(text).language).not.toBe('sr');
    },
  );
});

describe('nothing is guessed', () => {
  test.each([
    ['nothing', ''],
    ['blanks', ' \n\t\u00a0 '],
    ['digits and signs', '1,234.56 % -- (2024) *** 3/4'],
    ['emoji', '🎉🎉🎉 🚀 ❤️'],
    ['an address', 'https://example.com/the/quick/brown/fox?jumps=over'],
    ['keys', 'asdf qwer zxcv hjkl uiop vbnm rtyu fghj'],
    ['symbols of shares', 'NVDA AAPL MSFT GOOG TSLA AMZN META'],
    ['one name', 'Rihanna'],
    ['code', 'const x = foo(bar[0], { baz: "qux" });\nif (x !== null) { return x.y; }'],
    ['a language that is not known', 'Uhulumeni umemezele namuhla ukuthi uzotshala imali eningi kwezempilo nemfundo.'],
    ['a lone letter', 'α'],
  ])('%s', (_what, text) => {
    expect(detectLanguage(text)).toEqual({ language: null, confidence: 0 });
  });
});

describe('what is not prose does not count', () => {
  test('addresses, accounts and tags in a sentence', () => {
    const text = `${german} https://www.example.com/this/is/the/english/path/of/a/page @someone #throwback me@example.org <a href="/the/next/page">`;
    expect(detectLanguage(text).language).toBe('de');
  });

  test('English code in a German article', () => {
    const code = 'for (let index = 0; index < list.length; index++) { process(list[index]); }\n'.repeat(8);
    expect(detectLanguage(`${german.repeat(3)}\n${code}${german}`).language).toBe('de');
  });

  test('a foreign menu before a long text, a foreign quotation in it, emoji between', () => {
    expect(detectLanguage(`Home About Contact Sign in\n${german.repeat(30)}`).language).toBe('de');
    expect(detectLanguage(`${german.repeat(4)}🎉 «${english.trim()}» 🎉 ${german.repeat(4)}`).language).toBe('de');
    expect(detectLanguage(`${english.repeat(3)}She said こんにちは and left. ${english}`).language).toBe('en');
  });

  test('Latin product names in Japanese and Russian', () => {
    expect(detectLanguage('Google ChromeとMicrosoft Edgeの最新版が公開された').language).toBe('ja');
    expect(detectLanguage('Компания Apple представила новый MacBook Pro и iPad Air для студентов').language).toBe('ru');
  });
});

describe('any text', () => {
  test('gets an answer whose confidence is from 0 to 1, and 0 only when unknown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { language, confidence } = detectLanguage(text);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(language === null).toBe(confidence === 0);
      }),
    );
  });

  test('is answered at once, however long and odd it is', () => {
    for (const unit of ['a', 'a.', 'a@', '<a ', '&a', 'e\u0301', '漢', '\ud83d', english]) {
      detectLanguage(unit.repeat(1_000_000 / unit.length));
    }
  });
});
