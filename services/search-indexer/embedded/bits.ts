/** Sets of small numbers, 32 in a word. */

export function hasBit(bits: Uint32Array, at: number): boolean {
  return (((bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;
}

export function setBit(bits: Uint32Array, at: number): void {
  const word = at >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (at & 31));
}

export function clearBit(bits: Uint32Array, at: number): void {
  const word = at >>> 5;
  bits[word] = (bits[word] ?? 0) & ~(1 << (at & 31));
}

/** `bits` becomes what both hold; answers whether anything is left. */
export function intersect(bits: Uint32Array, other: Uint32Array): boolean {
  let left = 0;
  for (let word = 0; word < bits.length; word += 1) {
    const both = (bits[word] ?? 0) & (other[word] ?? 0);
    bits[word] = both;
    left |= both;
  }
  return left !== 0;
}

export function unite(bits: Uint32Array, other: Uint32Array): void {
  for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) | (other[word] ?? 0);
}

/** `bits` loses what `other` holds; answers whether anything is left. */
export function subtract(bits: Uint32Array, other: Uint32Array): boolean {
  let left = 0;
  for (let word = 0; word < bits.length; word += 1) {
    const rest = (bits[word] ?? 0) & ~(other[word] ?? 0);
    bits[word] = rest;
    left |= rest;
  }
  return left !== 0;
}

export function isEmpty(bits: Uint32Array): boolean {
  for (let word = 0; word < bits.length; word += 1) if (bits[word] !== 0) return false;
  return true;
}

/** Whether any number from `from` to `to`, both included, is in the set. */
export function hasAny(bits: Uint32Array, from: number, to: number): boolean {
  const first = from >>> 5;
  const last = to >>> 5;
  const head = -1 << (from & 31);
  const tail = -1 >>> (31 - (to & 31));
  if (first === last) return ((bits[first] ?? 0) & head & tail) !== 0;
  if (((bits[first] ?? 0) & head) !== 0 || ((bits[last] ?? 0) & tail) !== 0) return true;
  for (let word = first + 1; word < last; word += 1) if (bits[word] !== 0) return true;
  return false;
}

export function countBits(bits: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < bits.length; word += 1) {
    let rest = bits[word] ?? 0;
    rest -= (rest >>> 1) & 0x55555555;
    rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
    count += (((rest + (rest >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

/** Visits the set in ascending order. */
export function eachBit(bits: Uint32Array, visit: (at: number) => void): void {
  for (let word = 0; word < bits.length; word += 1) {
    let rest = bits[word] ?? 0;
    while (rest !== 0) {
      const lowest = rest & -rest;
      visit((word << 5) + 31 - Math.clz32(lowest));
      rest ^= lowest;
    }
  }
}
