/** Every episode lasts this long. */
export const soundSeconds = 8;

const sampleRateHz = 8_000;
const headerBytes = 44;

/** Length of the WAV file in bytes, known without making it. */
export const soundBytes = headerBytes + soundSeconds * sampleRateHz;

/** A WAV (8 kHz, 8 bit, mono): four slow chimes over the beat of wheels on a jointed track; the episode sets the tune. */
export function makeSound(episode: number): Uint8Array {
  const file = Buffer.alloc(soundBytes);
  writeHeader(file);
  const steps = [0, 4, 7, 12].map((step) => (step * (episode + 1)) % 17);
  for (let index = 0; index < soundSeconds * sampleRateHz; index += 1) {
    const seconds = index / sampleRateHz;
    const chime = steps.reduce((sum, step, order) => sum + ring(261.6 * 2 ** (step / 12), seconds - order * 1.6), 0);
    const level = 0.5 * chime + 0.25 * wheels(seconds);
    file[headerBytes + index] = Math.max(0, Math.min(255, Math.round(128 + 100 * level)));
  }
  return file;
}

function ring(frequencyHz: number, seconds: number): number {
  return seconds < 0 ? 0 : Math.sin(2 * Math.PI * frequencyHz * seconds) * Math.exp(-1.3 * seconds);
}

/** Two thuds close together, then a gap: the axles of one bogie crossing a rail joint. */
function wheels(seconds: number): number {
  const beat = seconds % 1.2;
  return (
    ring(70, beat) * Math.exp(-12 * beat) + (beat > 0.22 ? ring(64, beat - 0.22) * Math.exp(-12 * (beat - 0.22)) : 0)
  );
}

function writeHeader(file: Buffer): void {
  file.write('RIFF', 0);
  file.writeUInt32LE(soundBytes - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // one channel
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz, 28); // bytes a second
  file.writeUInt16LE(1, 32); // bytes a sample
  file.writeUInt16LE(8, 34); // bits a sample
  file.write('data', 36);
  file.writeUInt32LE(soundSeconds * sampleRateHz, 40);
}
