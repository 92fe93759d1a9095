import sharp from 'sharp';

/** A drawn stand-in for a photo of one difficult sort. */
export interface Scene {
  readonly name: string;
  readonly make: () => Promise<Buffer>;
}

/** Photos in small: each is one way in which a line filter goes wrong. */
export const scenes: readonly Scene[] = [
  { name: 'plain shapes', make: () => drawing(shapes) },
  { name: 'a face', make: () => drawing(face) },
  { name: 'a house under a gradient sky', make: () => drawing(house) },
  { name: 'a night scene', make: () => exposed(house, 0.12, 4) },
  { name: 'a night scene with high-ISO noise', make: () => exposed(house, 0.15, 14) },
  { name: 'an overexposed, pale scene', make: () => pale(face) },
  { name: 'a noisy scene', make: () => noisy(shapes, 38) },
  { name: 'a meadow', make: () => textured(house) },
  { name: 'large letters', make: () => drawing(letters) },
  {
    name: 'a small thumbnail',
    make: async () =>
      sharp(await drawing(face))
        .resize(110)
        .jpeg()
        .toBuffer(),
  },
  {
    name: 'a heavily compressed picture',
    make: async () =>
      sharp(await drawing(house))
        .jpeg({ quality: 12 })
        .toBuffer(),
  },
];

/** Nothing to draw in these. */
export const emptyScenes: readonly Scene[] = [
  { name: 'one flat colour', make: () => drawing('<rect width="800" height="600" fill="#777"/>') },
  { name: 'a smooth gradient', make: () => drawing('<rect width="800" height="600" fill="url(#sky)"/>') },
  { name: 'pure noise', make: () => noisy('<rect width="800" height="600" fill="#777"/>', 60) },
  { name: 'black', make: () => drawing('<rect width="800" height="600" fill="#000"/>') },
];

export function drawing(inner: string, width = 1600, height = 1200): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 800 600">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#3d6fb5"/><stop offset="1" stop-color="#f3d9b0"/></linearGradient></defs>${inner}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer();
}

export const circleOnGrey =
  '<rect width="800" height="600" fill="#c8c8c8"/><circle cx="400" cy="300" r="170" fill="#a03030"/>';

const shapes = `<rect width="800" height="600" fill="#d8e2c8"/><circle cx="220" cy="220" r="120" fill="#b03a2e"/>
  <rect x="430" y="110" width="240" height="200" fill="#2e6fb0"/><polygon points="400,540 250,380 560,390" fill="#d9a520"/>
  <ellipse cx="650" cy="470" rx="90" ry="60" fill="#5a2d82"/>`;

const face = `<rect width="800" height="600" fill="#9db8cf"/><path d="M220 600 Q400 420 580 600Z" fill="#38543a"/>
  <ellipse cx="400" cy="290" rx="150" ry="190" fill="#e6b894"/><path d="M250 250 Q260 80 400 85 Q545 80 550 250 Q480 150 400 160 Q320 150 250 250Z" fill="#4a3020"/>
  <ellipse cx="345" cy="270" rx="30" ry="16" fill="#fff"/><ellipse cx="455" cy="270" rx="30" ry="16" fill="#fff"/>
  <circle cx="345" cy="270" r="12" fill="#27415c"/><circle cx="455" cy="270" r="12" fill="#27415c"/>
  <path d="M400 290 L385 345 L412 348" fill="none" stroke="#b98463" stroke-width="7"/>
  <path d="M340 395 Q400 440 460 395 Q400 410 340 395Z" fill="#a8423f"/>`;

const house = `<rect width="800" height="600" fill="url(#sky)"/><circle cx="660" cy="110" r="55" fill="#fff3c4"/>
  <path d="M0 420 Q200 330 420 410 T800 380 V600 H0Z" fill="#4c7a34"/><rect x="230" y="280" width="250" height="190" fill="#c9a17a"/>
  <polygon points="205,285 355,170 505,285" fill="#8c3b2e"/><rect x="320" y="370" width="65" height="100" fill="#5b3a20"/>
  <rect x="255" y="310" width="50" height="45" fill="#bfe0ee"/><rect x="410" y="310" width="50" height="45" fill="#bfe0ee"/>
  <rect x="610" y="330" width="26" height="140" fill="#5d4023"/><circle cx="622" cy="285" r="80" fill="#2f5d2a"/>`;

const letters = `<rect width="800" height="600" fill="#f4efe2"/><g fill="#25303b">
  <rect x="120" y="150" width="50" height="300"/><rect x="290" y="150" width="50" height="300"/><rect x="120" y="275" width="220" height="50"/>
  <rect x="440" y="150" width="50" height="300"/><rect x="570" y="150" width="50" height="300"/><rect x="440" y="400" width="180" height="50"/></g>`;

async function exposed(inner: string, light: number, noise: number): Promise<Buffer> {
  return addNoise(
    await sharp(await drawing(inner))
      .linear(light, 0)
      .png()
      .toBuffer(),
    noise,
  );
}

async function pale(inner: string): Promise<Buffer> {
  return await sharp(await drawing(inner))
    .linear(0.22, 190)
    .png()
    .toBuffer();
}

async function noisy(inner: string, sigma: number): Promise<Buffer> {
  return addNoise(await drawing(inner), sigma);
}

/** Thousands of short blades in many greens over the ground. */
async function textured(inner: string): Promise<Buffer> {
  const random = randomSource(7);
  const blades = Array.from({ length: 5_000 }, () => {
    const x = 800 * random();
    const y = 430 + 170 * random();
    const green = Math.round(70 + 110 * random());
    return `<path d="M${x} ${y} l${8 * random() - 4} ${-6 - 12 * random()}" stroke="rgb(${green - 40},${green},40)" stroke-width="1.5"/>`;
  });
  return await drawing(inner + blades.join(''));
}

/** From a table of normal values, entered at another place in each row: computing each one takes half a minute in Jest. */
async function addNoise(picture: Buffer, sigma: number): Promise<Buffer> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const random = randomSource(11);
  const normals = Float32Array.from(
    { length: 65_536 },
    () => 1.7 * sigma * (random() + random() + random() + random() - 2),
  );
  const noisyData = new Uint8ClampedArray(data);
  const rowLength = info.width * info.channels;
  for (let row = 0; row < noisyData.length; row += rowLength) {
    const start = Math.floor(65_536 * random());
    for (let index = 0; index < rowLength; index += 1) {
      noisyData[row + index] = (data[row + index] ?? 0) + (normals[(start + index) & 65_535] ?? 0);
    }
  }
  return await sharp(noisyData, { raw: info }).png().toBuffer();
}

/** The same numbers in each run. */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
