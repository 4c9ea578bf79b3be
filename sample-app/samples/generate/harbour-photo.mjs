import sharp from 'sharp';
import { randomStream } from './random.mjs';

const WIDTH = 960;
const HEIGHT = 640;
const HORIZON = 300;

/** Smooth noise on a lattice, between 0 and 1. @param {number} seed */
function valueNoise(seed) {
  const random = randomStream(seed);
  const lattice = Float32Array.from({ length: 256 * 256 }, () => random());
  const ease = (t) => t * t * (3 - 2 * t);
  const at = (x, y) => lattice[(y & 255) * 256 + (x & 255)];
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const dx = ease(x - column);
    const dy = ease(y - row);
    const top = at(column, row) * (1 - dx) + at(column + 1, row) * dx;
    const bottom = at(column, row + 1) * (1 - dx) + at(column + 1, row + 1) * dx;
    return top * (1 - dy) + bottom * dy;
  };
}

/** Noise of several sizes on top of each other. @param {(x: number, y: number) => number} noise */
const layered = (noise, octaves) => (x, y) => {
  let sum = 0;
  for (let octave = 0; octave < octaves; octave++) sum += noise(x * 2 ** octave, y * 2 ** octave) / 2 ** (octave + 1);
  return sum;
};

/** A scene as an image sensor might see it: sky, an island, the sea, with grain. @param {number} seed @returns {Buffer} RGB */
function scene(seed) {
  const clouds = layered(valueNoise(seed), 5);
  const rock = layered(valueNoise(seed + 1), 6);
  const sea = layered(valueNoise(seed + 2), 5);
  const random = randomStream(seed + 3);
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const ridge = HORIZON - 120 * Math.max(0, rock(x / 260, 3) - 0.28) * Math.sin((Math.PI * x) / WIDTH) * 3;
      let colour;
      if (y < ridge) {
        const cloud = Math.max(0, clouds(x / 190, y / 90) - 0.42) * 2.4;
        colour = [120 + 0.22 * y + 110 * cloud, 160 + 0.14 * y + 80 * cloud, 208 + 40 * cloud];
      } else if (y < HORIZON) {
        const shade = rock(x / 28, y / 22);
        colour = [58 + 92 * shade, 66 + 88 * shade, 44 + 66 * shade];
      } else {
        const depth = (y - HORIZON) / (HEIGHT - HORIZON);
        const wave = sea(x / (14 + 60 * depth), y / (3 + 15 * depth));
        colour = [30 + 88 * wave * (0.5 + depth / 2), 68 + 88 * wave, 92 + 84 * wave];
      }
      const grain = (random() + random() + random() - 1.5) * 9;
      for (let channel = 0; channel < 3; channel++) {
        pixels[(y * WIDTH + x) * 3 + channel] = Math.max(0, Math.min(255, colour[channel] + grain));
      }
    }
  }
  return pixels;
}

const raw = { width: WIDTH, height: HEIGHT, channels: 3 };

/** Where the tampered photograph was changed. */
export const SPLICE = { left: 560, top: 384, width: 176, height: 128 };

/** The harbour, straight from the camera. */
export function untouchedPhoto() {
  return sharp(scene(11), { raw })
    .withExif({ IFD0: { Make: 'Pocket', Model: 'P-12', DateTime: '2025:03:02 10:15:44' } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

const BOAT =
  '<svg xmlns="http://www.w3.org/2000/svg" width="176" height="128">' +
  '<path d="M14 78H160L146 106H34Z" fill="#8e2f2a"/><path d="M14 78H160L157 84H18Z" fill="#e9e4d8"/>' +
  '<path d="M44 52H124L132 78H44Z" fill="#ece8de"/><path d="M54 58H66V68H54ZM74 58H86V68H74ZM94 58H106V68H94Z" fill="#3b5163"/>' +
  '<path d="M62 30H82V52H62Z" fill="#c9923a"/><path d="M112 20V52" stroke="#444" stroke-width="3"/></svg>';

/** Another shot, stored at a lower quality, then a boat that was never there is painted in, and the whole is stored again. */
export async function tamperedPhoto() {
  const sensor = sharp(scene(42), { raw });
  const host = await sensor.clone().jpeg({ quality: 70 }).toBuffer();
  const patch = await sharp(await sensor.clone().extract(SPLICE).png().toBuffer())
    .composite([{ input: Buffer.from(BOAT) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const random = randomStream(1178);
  const grainy = patch.map((value) => Math.max(0, Math.min(255, value + (random() + random() - 1) * 7)));
  return sharp(host)
    .composite([
      {
        input: grainy,
        raw: { width: SPLICE.width, height: SPLICE.height, channels: 3 },
        left: SPLICE.left,
        top: SPLICE.top,
      },
    ])
    .withExif({ IFD0: { Software: 'Retoucher 4.1', DateTime: '2025:03:04 21:03:09' } })
    .jpeg({ quality: 92 })
    .toBuffer();
}
