import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MONTH_WORDS } from './month-words.ts';
import { parseDate } from './parse-date.ts';
import { ZONE_OFFSETS } from './time-zones.ts';

const read = (text: string): string | null => parseDate(text)?.toISOString() ?? null;

/** All of these are 3 June 2025, 10:20:30 UTC, written at different places. */
const SAME_INSTANT: readonly string[] = [
  'Tue, 03 Jun 2025 10:20:30 GMT',
  'Tue, 3 Jun 2025 10:20:30 +0000',
  'Tue, 03 Jun 25 10:20:30 UT',
  'Tue,03 Jun 2025 10:20:30 Z',
  '03 Jun 2025 10:20:30 UTC',
  '3 June 2025 10:20:30',
  'Tuesday, 03-Jun-25 10:20:30 GMT',
  'Tue Jun  3 10:20:30 2025',
  'Tue Jun 3 10:20:30 UTC 2025',
  'Tue, 03 Jun 2025 06:20:30 EDT',
  'Tue, 03 Jun 2025 05:20:30 EST',
  'Tue, 03 Jun 2025 03:20:30 PDT',
  'Tue, 03 Jun 2025 12:20:30 +0200',
  'Tue, 03 Jun 2025 12:20:30 CEST',
  'Tue, 03 Jun 2025 19:20:30 JST',
  'Tue, 03 Jun 2025 13:20:30 MSK',
  'Tue, 03 Jun 2025 15:50:30 IST',
  'Tue, 03 Jun 2025 12:20:30 GMT+2',
  'Tue, 03 Jun 2025 12:20:30 GMT+0200',
  'Tue, 03 Jun 2025 12:20:30 +02:00',
  'Tue, 03 Jun 2025 12:20:30 UTC+02:00',
  'Tue, 03 Jun 2025 12:20:30 +0200 (CEST)',
  'Tue, 03 Jun 2025 10:20:30 +0000 (Coordinated Universal Time)',
  'Tue, 03 Jun 2025 12:20:30 Europe/Berlin',
  'Tue Jun 03 2025 12:20:30 GMT+0200 (Central European Summer Time)',
  'Tue, 03 Jun 2025 10:20:30 AM',
  'June 3, 2025 10:20:30 am',
  'Jun 3, 2025, 10:20:30 AM UTC',
  'Tuesday, June 3rd, 2025 10:20:30',
  '3rd of June 2025 at 10:20:30',
  '2025-06-03T10:20:30Z',
  '2025-06-03T10:20:30+00:00',
  '2025-06-03T12:20:30+02:00',
  '2025-06-03T12:20:30+0200',
  '2025-06-03T12:20:30+02',
  '2025-06-03T10:20:30',
  '2025-06-03 10:20:30',
  '2025-06-03 10:20:30 UTC',
  '2025-06-03 10:20:30 +0000',
  '2025-06-03t10:20:30z',
  '2025-06-03T10:20:30.000Z',
  '2025-06-03T10:20:30,000Z',
  '2025-06-03T10:20:30.000000000Z',
  '2025-06-03T10:20:30Z[UTC]',
  '20250603T102030Z',
  '20250603T102030',
  '20250603102030',
  '2025-W23-2T10:20:30Z',
  '2025W232T102030Z',
  '2025-154T10:20:30Z',
  '2025/06/03 10:20:30',
  '2025.06.03 10:20:30',
  '03.06.2025 10:20:30',
  '3.6.2025, 10:20:30',
  '03-06-2025 10:20:30',
  '06/03/2025 10:20:30',
  '6/3/2025 10:20:30 AM',
  '1748946030',
  '1748946030000',
  '2025年6月3日 10時20分30秒',
  '2025年06月03日 10:20:30',
  '2025年6月3日(火) 午前10時20分30秒',
  '2025년 6월 3일 오전 10시 20분 30초',
  '2025年6月3日 上午10:20:30',
  'mar., 03 juin 2025 10:20:30 +0000',
  '3 juin 2025 10:20:30',
  'Di, 03 Juni 2025 10:20:30 +0000',
  'Di., 3. Juni 2025 10:20:30',
  'martes, 3 de junio de 2025 10:20:30',
  'mar, 03 giu 2025 10:20:30 +0000',
  'ter, 03 jun 2025 10:20:30 +0000',
  'Вт, 03 июн 2025 10:20:30 +0000',
  '3 июня 2025 г. 10:20:30',
  'вівторок, 3 червня 2025 10:20:30',
  'wt., 03 cze 2025 10:20:30 +0000',
  '3. června 2025 10:20:30',
  'di, 03 jun. 2025 10:20:30 +0000',
  'tis, 03 juni 2025 10:20:30 +0000',
  '3 Haziran 2025 Salı 10:20:30',
  '2025. június 3. 10:20:30',
  '3 Ιουνίου 2025 10:20:30',
  'Rab, 03 Juni 2025 10:20:30 +0000',
  '٣ يونيو ٢٠٢٥ 10:20:30',
  '  Tue,  03 \n Jun 2025\t10:20:30   GMT ',
  'Tue, 03 Jun 2025 10:20:30 −0000',
  'Tue, 03 Jun 2025 10:20:30 A',
  'Wed, 03 Jun 2025 10:20:30 GMT',
  'Tue 03 Jun 2025 10h20m30s',
];

describe('one instant in many spellings', () => {
  test.each(SAME_INSTANT)('%s', (text) => {
    expect(read(text)).toBe('2025-06-03T10:20:30.000Z');
  });
});

test.each([
  ['2025-06-03', '2025-06-03T00:00:00.000Z'],
  ['2025-06', '2025-06-01T00:00:00.000Z'],
  ['2025', '2025-01-01T00:00:00.000Z'],
  ['June 2025', '2025-06-01T00:00:00.000Z'],
  ['2025-06-03+09:00', '2025-06-03T00:00:00.000Z'],
  ['Tue, 03 Jun 2025 24:00:00 GMT', '2025-06-04T00:00:00.000Z'],
  ['Sat, 31 Dec 2016 23:59:60 GMT', '2017-01-01T00:00:00.000Z'],
  ['13/06/2025', '2025-06-13T00:00:00.000Z'],
  ['12:30 PM, 3 Jun 2025', '2025-06-03T12:30:00.000Z'],
  ['3 Jun 2025 12:30 AM', '2025-06-03T00:30:00.000Z'],
  ['Thu, 01 Jan 70 00:00:00 GMT', '1970-01-01T00:00:00.000Z'],
  ['Fri, 31 Dec 99 23:00:00 GMT', '1999-12-31T23:00:00.000Z'],
  ['29 Feb 2024', '2024-02-29T00:00:00.000Z'],
  ['Tue, 03 Jun 2025 10:20:30 XYZT', '2025-06-03T10:20:30.000Z'],
])('%s is %s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  '',
  ' ',
  'today',
  'yesterday at noon',
  '0000-00-00',
  '0001-01-01T00:00:00Z',
  '30 Feb 2025',
  '2025-13-01',
  '2025-06-31',
  '31/31/2025',
  '3 Jun',
  'Tue, 03 Jun 2025 25:00:00 GMT',
  '12:30',
  '-',
  '9'.repeat(200),
  'Jun Jun Jun',
  '1 2',
  'null',
  'undefined',
  'NaN',
  'Invalid Date',
  '3 Jun 9999',
])('“%s” is no date', (text) => {
  expect(parseDate(text)).toBeNull();
});

const ENGLISH = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const instants = fc
  .date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2069-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => new Date(Math.trunc(date.getTime() / 1_000) * 1_000));
const offsets = fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 15);
const two = (number: number): string => String(number).padStart(2, '0');

function pieces(instant: Date, offset: number) {
  const local = new Date(instant.getTime() + offset * 60_000);
  const sign = offset < 0 ? '-' : '+';
  const hours = two(Math.trunc(Math.abs(offset) / 60));
  const minutes = two(Math.abs(offset) % 60);
  return {
    year: String(local.getUTCFullYear()),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    weekday: DAYS[local.getUTCDay()] ?? '',
    time: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`,
    zone: `${sign}${hours}${minutes}`,
    colonZone: `${sign}${hours}:${minutes}`,
  };
}

describe('whatever the instant and the zone', () => {
  const spellings: readonly ((parts: ReturnType<typeof pieces>) => string)[] = [
    (p) => `${p.weekday}, ${two(p.day)} ${ENGLISH[p.month]} ${p.year} ${p.time} ${p.zone}`,
    (p) => `${p.day} ${ENGLISH[p.month]} ${p.year.slice(2)} ${p.time} ${p.zone}`,
    (p) => `${p.weekday} ${ENGLISH[p.month]} ${p.day} ${p.time} ${p.zone} ${p.year}`,
    (p) => `${ENGLISH[p.month]} ${p.day}, ${p.year} ${p.time} GMT${p.zone}`,
    (p) => `${p.year}-${two(p.month + 1)}-${two(p.day)}T${p.time}${p.colonZone}`,
    (p) => `${p.year}${two(p.month + 1)}${two(p.day)}T${p.time.replaceAll(':', '')}${p.zone}`,
    (p) => `${p.year}/${p.month + 1}/${p.day} ${p.time} ${p.colonZone}`,
    (p) => `${two(p.day)}.${two(p.month + 1)}.${p.year} ${p.time} ${p.zone}`,
    (p) => `${p.month + 1}/${p.day}/${p.year} ${p.time} ${p.zone}`,
    (p) => `${p.year}年${p.month + 1}月${p.day}日 ${p.time} ${p.colonZone}`,
  ];

  test.each(spellings.map((spell) => [spell(pieces(new Date(0), 0)), spell] as const))(
    'spelt like %s',
    (_example, spell) => {
      fc.assert(
        fc.property(instants, offsets, (instant, offset) => {
          expect(parseDate(spell(pieces(instant, offset)))?.getTime()).toBe(instant.getTime());
        }),
      );
    },
  );

  test('in every named zone', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONE_OFFSETS), (instant, [name, offset]) => {
        const { weekday, day, month, year, time } = pieces(instant, offset);
        expect(parseDate(`${weekday}, ${day} ${ENGLISH[month]} ${year} ${time} ${name.toUpperCase()}`)?.getTime()).toBe(
          instant.getTime(),
        );
      }),
    );
  });

  test('with the month in every language', () => {
    for (const [month, words] of MONTH_WORDS) {
      for (const word of words.split(' '))
        expect(read(`7 ${word} 2025 10:00`), word).toBe(`2025-${two(month)}-07T10:00:00.000Z`);
    }
  });
});

test('no text makes it throw, and what it answers is a real date', () => {
  const bits = fc.constantFrom(
    '2025',
    '06',
    '3',
    ':',
    '-',
    '/',
    '.',
    ' ',
    'T',
    'Z',
    '+',
    'Jun',
    'Tue',
    ',',
    'PM',
    'GMT',
    '(',
    ')',
    '年',
    '月',
    '日',
    '24',
    '99',
    'W',
    '٣',
    '[',
    ']',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(bits, { maxLength: 14 }).map((all) => all.join('')),
      ),
      (text) => {
        const date = parseDate(text);
        if (date !== null) expect(Number.isNaN(date.getTime())).toBe(false);
      },
    ),
    { numRuns: 5_000 },
  );
});
