import type { ItemLocation } from '../feed.ts';
import { attribute, elementsNamed, firstText, textOf, type XmlElement } from '../xml/element.ts';
import { shortText } from './draft.ts';

type Point = Pick<ItemLocation, 'latitude' | 'longitude'>;

const MAX_NAME_LENGTH = 200;
/** Longer text may have been cut by `textOf` (20,000), and then the rest of the numbers is not known. */
const MAX_NUMBERS_LENGTH = 19_000;

/**
 * Where an item is: GeoRSS (simple and GML), W3C geo, or either inside `media:location`. The first place that makes sense
 * counts. Of a box, circle, line or polygon the centre of what surrounds it is kept.
 */
export function readLocation(item: XmlElement): ItemLocation | null {
  for (const parent of [item, ...elementsNamed(item, 'media:location')]) {
    const point = shapePoint(parent) ?? geoPoint(parent);
    if (point === null) continue;
    const name = firstText(parent, 'georss:featurename', 'featurename') ?? attribute(parent, 'description');
    return { ...point, name: shortText(name, MAX_NAME_LENGTH) };
  }
  return null;
}

function shapePoint(parent: XmlElement): Point | null {
  for (const element of elementsNamed(parent, ...SHAPES.keys())) {
    const point = SHAPES.get(element.name)?.(element) ?? null;
    if (point !== null) return point;
  }
  return null;
}

/** https://docs.ogc.org/cs/17-002r1/17-002r1.html: latitude comes before longitude everywhere. */
const SHAPES: ReadonlyMap<string, (element: XmlElement) => Point | null> = new Map([
  ['georss:point', (element) => pointOf(numbersOf(element).slice(0, 2))],
  ['georss:circle', (element) => pointOf(numbersOf(element).slice(0, 2))],
  ['georss:box', (element) => boxCentre(numbersOf(element))],
  ['georss:line', (element) => centreOf(numbersOf(element))],
  ['georss:polygon', (element) => centreOf(numbersOf(element))],
  ['georss:where', gmlPoint],
  ['gml:point', gmlPoint],
]);

/** A GML geometry in the usual reference system; another one has other numbers, or these in another order. */
function gmlPoint(element: XmlElement): Point | null {
  const reference = attribute(element, 'srsname');
  if (reference !== null && !/(?:\b|:)4326$|wgs-?84$/i.test(reference)) return null;
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    const point = GML_SHAPES.get(child.name)?.(child) ?? null;
    if (point !== null) return point;
  }
  return null;
}

const GML_SHAPES: ReadonlyMap<string, (element: XmlElement) => Point | null> = new Map([
  ['gml:pos', (element) => pointOf(numbersOf(element).slice(0, 2))],
  ['gml:poslist', (element) => centreOf(numbersOf(element))],
  ['gml:envelope', envelopeCentre],
  // What only holds the above. Recursion is bounded by the reader's depth limit.
  ...['point', 'linestring', 'polygon', 'exterior', 'linearring'].map(
    (name): [string, (element: XmlElement) => Point | null] => [`gml:${name}`, gmlPoint],
  ),
]);

function envelopeCentre(element: XmlElement): Point | null {
  const corners = ['gml:lowercorner', 'gml:uppercorner'].flatMap((name) => [...elementsNamed(element, name)]);
  return boxCentre(corners.flatMap(numbersOf));
}

/** http://www.w3.org/2003/01/geo/: `geo:lat` and `geo:long`, in the item or in a `geo:Point`. */
function geoPoint(parent: XmlElement): Point | null {
  for (const place of [parent, ...elementsNamed(parent, 'geo:point')]) {
    const texts = [firstText(place, 'geo:lat'), firstText(place, 'geo:long', 'geo:lon')];
    const point = pointOf(texts.map(coordinate));
    if (point !== null) return point;
  }
  return null;
}

/** A point on Earth; 0 0 lies in the sea and is what programs write that know no place. */
function pointOf(numbers: readonly number[]): Point | null {
  const [latitude = Number.NaN, longitude = Number.NaN] = numbers;
  if (!areOnEarth([latitude, longitude])) return null;
  return latitude === 0 && longitude === 0 ? null : { latitude: rounded(latitude), longitude: rounded(longitude) };
}

/** South, west, north, east; one that crosses the date line has its west behind its east. */
function boxCentre(numbers: readonly number[]): Point | null {
  const [south = Number.NaN, west = Number.NaN, north = Number.NaN, east = Number.NaN] = numbers;
  if (numbers.length !== 4 || !areOnEarth(numbers) || south > north) return null;
  const middle = west + (east < west ? east - west + 360 : east - west) / 2;
  return pointOf([(south + north) / 2, middle > 180 ? middle - 360 : middle]);
}

/** The centre of the box around a line or an area; wider than half the Earth it crosses the date line or is no place. */
function centreOf(numbers: readonly number[]): Point | null {
  const latitudes = numbers.filter((_number, index) => index % 2 === 0);
  const longitudes = numbers.filter((_number, index) => index % 2 === 1);
  if (longitudes.length < 2 || latitudes.length !== longitudes.length || !areOnEarth(numbers)) return null;
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  if (east - west > 180) return null;
  return pointOf([(Math.min(...latitudes) + Math.max(...latitudes)) / 2, (west + east) / 2]);
}

function areOnEarth(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => Math.abs(number) <= (index % 2 === 0 ? 90 : 180));
}

/** The numbers of an element, parted by blanks or commas; NaN for what is none. */
function numbersOf(element: XmlElement): number[] {
  const text = textOf(element);
  return text === null || text.length > MAX_NUMBERS_LENGTH ? [] : text.split(/[\s,]+/).map(coordinate);
}

function coordinate(text: string | null): number {
  return text !== null && /^[+-]?\d{1,3}(?:\.\d{0,30})?$/.test(text) ? Number(text) : Number.NaN;
}

/** A millionth of a degree is eleven centimetres; there is no zero below zero. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1_000_000) / 1_000_000 + 0;
}
