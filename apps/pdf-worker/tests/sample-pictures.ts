import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';

export type SampleForm = 'line-art' | 'line-art-1-bit' | 'poster-jpeg' | 'poster-png' | 'rgba-png' | 'webp';

export interface Sample {
  readonly width: number;
  readonly height: number;
  readonly form: SampleForm;
  /** Another seed is another scene. */
  readonly seed: number;
}

const drawn = new Map<string, Promise<Buffer>>();

/** A drawn scene (hills, a house, a sun, flowers) in the forms in which generated pictures come; each drawn once. */
export function drawSample(sample: Sample): Promise<Buffer> {
  const key = JSON.stringify(sample);
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const picture = draw(sample);
  drawn.set(key, picture);
  return picture;
}

async function draw({ width, height, form, seed }: Sample): Promise<Buffer> {
  const isColour = form !== 'line-art' && form !== 'line-art-1-bit';
  const image = sharp(Buffer.from(scene(width, height, seed, isColour)));
  switch (form) {
    case 'line-art':
      return image.flatten({ background: '#fff' }).toColourspace('b-w').png().toBuffer();
    case 'line-art-1-bit':
      return image
        .flatten({ background: '#fff' })
        .threshold(128)
        .toColourspace('b-w')
        .png({ palette: true, colours: 2 })
        .toBuffer();
    case 'poster-jpeg':
      return image.flatten({ background: '#fff' }).jpeg({ quality: 88, progressive: true }).toBuffer();
    case 'poster-png':
      return image.flatten({ background: '#fff' }).png({ palette: false }).toBuffer();
    case 'rgba-png':
      return image.png({ progressive: true }).toBuffer();
    case 'webp':
      return image.flatten({ background: '#fff' }).webp({ quality: 80 }).toBuffer();
  }
}

export async function writeSample(path: string, sample: Sample): Promise<void> {
  await writeFile(path, await drawSample(sample));
}

function scene(width: number, height: number, seed: number, isColour: boolean): string {
  const random = numbers(seed);
  const unit = Math.min(width, height) / 100;
  const stroke = `stroke="#111" stroke-width="${unit * 0.9}" stroke-linejoin="round" stroke-linecap="round"`;
  const fill = (colour: string) => `fill="${isColour ? colour : '#fff'}"`;
  const ground = height * (0.62 + random() * 0.1);
  const houseWidth = unit * (26 + random() * 12);
  const houseHeight = unit * (20 + random() * 10);
  const houseX = width * (0.2 + random() * 0.4) - houseWidth / 2;
  const houseY = ground - houseHeight + unit * 4;
  const sunX = width * (0.12 + random() * 0.76);
  const rays = Array.from({ length: 12 }, (_, index) => {
    const angle = (index * Math.PI) / 6;
    const point = (radius: number) =>
      `${sunX + Math.cos(angle) * radius * unit} ${unit * 18 + Math.sin(angle) * radius * unit}`;
    return `M${point(11)} L${point(15)}`;
  }).join(' ');
  const flowers = Array.from({ length: 9 }, () => {
    const x = width * random();
    const y = ground + (height - ground) * (0.25 + random() * 0.5);
    const petals = Array.from({ length: 5 }, (_, petal) => {
      const angle = (petal * Math.PI * 2) / 5;
      return `<circle cx="${x + Math.cos(angle) * unit * 2.4}" cy="${y + Math.sin(angle) * unit * 2.4}" r="${unit * 2}" ${fill('#e86a92')} ${stroke}/>`;
    }).join('');
    return `<path d="M${x} ${y} v${unit * 9}" fill="none" ${stroke}/>${petals}<circle cx="${x}" cy="${y}" r="${unit * 1.5}" ${fill('#f7d154')} ${stroke}/>`;
  }).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    ${isColour ? `<rect width="100%" height="100%" fill="#bfe3f2"/>` : ''}
    <circle cx="${sunX}" cy="${unit * 18}" r="${unit * 8}" ${fill('#f7c948')} ${stroke}/>
    <path d="${rays}" fill="none" ${stroke}/>
    <path d="M0 ${ground} Q${width * 0.25} ${ground - unit * (8 + random() * 14)} ${width * 0.5} ${ground} T${width} ${ground - unit * 6} V${height} H0 Z" ${fill('#8fc46b')} ${stroke}/>
    <rect x="${houseX}" y="${houseY}" width="${houseWidth}" height="${houseHeight}" ${fill('#f2e2c4')} ${stroke}/>
    <path d="M${houseX - unit * 3} ${houseY} L${houseX + houseWidth / 2} ${houseY - unit * 16} L${houseX + houseWidth + unit * 3} ${houseY} Z" ${fill('#c8553d')} ${stroke}/>
    <rect x="${houseX + houseWidth * 0.4}" y="${houseY + houseHeight * 0.4}" width="${houseWidth * 0.22}" height="${houseHeight * 0.6}" ${fill('#7a5230')} ${stroke}/>
    ${flowers}
  </svg>`;
}

/** The same numbers for the same seed (a linear congruential generator; Numerical Recipes, 2nd ed., 7.1). */
function numbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
