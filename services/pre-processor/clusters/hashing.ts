/**
 * A 53-bit hash of a text as a safe integer: two 32-bit FNV-1a runs (http://www.isthe.com/chongo/tech/comp/fnv/) from
 * different starts, each finished by murmur3's mixer so that its lower bits are as good as its upper ones.
 */
export function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let n = 0; n < text.length; n += 1) {
    const unit = text.charCodeAt(n);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (low >>> 24), 0x01000193);
  }
  return (mix(high) & 0x1fffff) * 0x1_0000_0000 + mix(low);
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
