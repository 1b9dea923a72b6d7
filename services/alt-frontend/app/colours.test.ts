import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8');

/** The colours of a theme: the first block with this selector, over those of the light theme. */
function themeOf(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`));
  const own = [...block.slice(0, block.indexOf('}')).matchAll(/--([\w-]+): (#[\da-f]{6});/g)];
  return Object.fromEntries(own.map((match) => [match[1] ?? '', match[2] ?? '']));
}

const light = themeOf(':root');
const themes: Record<string, Record<string, string>> = {
  light,
  sepia: { ...light, ...themeOf(':root[data-theme="sepia"]') },
  dark: { ...light, ...themeOf(':root[data-theme="dark"]') },
  'dark by system': { ...light, ...themeOf(':root:not([data-theme])') },
};

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => Number.parseInt(colour.slice(start, start + 2), 16) / 255)
    .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Soft text never stands on `pressed`: what is pressed is written in ink. */
const surfaces = ['paper', 'side', 'raised', 'hover', 'chosen', 'pressed'];

test.each(Object.entries(themes))('every text of the theme %s can be read on every surface (4.5:1)', (_name, theme) => {
  const poor = surfaces.flatMap((surface) =>
    ['ink', 'soft', 'accent', 'danger', 'warning']
      .map((text) => ({ text, surface, ratio: contrast(theme[text] ?? '', theme[surface] ?? '') }))
      .filter(({ text, surface: on, ratio }) => ratio < (text === 'soft' && on === 'pressed' ? 0 : 4.5)),
  );
  expect(poor).toEqual([]);
  expect(contrast(theme['on-accent'] ?? '', theme.accent ?? '')).toBeGreaterThan(4.5);
});

test.each(Object.entries(themes))('marks and edges of the theme %s are seen (3:1)', (_name, theme) => {
  for (const surface of ['paper', 'raised']) {
    for (const mark of ['star', 'edge']) expect(contrast(theme[mark] ?? '', theme[surface] ?? '')).toBeGreaterThan(3);
  }
});

test('the dark theme is the same by choice and by system', () => {
  expect(themes['dark by system']).toEqual(themes.dark);
});
