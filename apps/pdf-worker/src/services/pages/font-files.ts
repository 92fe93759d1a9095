import { createRequire } from 'node:module';
import type { FontSetName } from '@pressroom/domain';

const require = createRequire(import.meta.url);

/** Every face that a page may use. */
export const faceNames = ['serif', 'serifItalic', 'serifMedium', 'sans', 'sansMedium'] as const;
export type FaceName = (typeof faceNames)[number];

/** Sets of fonts that stand in for letters which the faces lack. */
type FallbackSetName = Exclude<FontSetName, 'european'>;
export type FontName = FaceName | 'japanese' | 'japaneseMedium' | 'thai' | 'thaiMedium';

export interface FontFile {
  readonly path: string;
  /** The PostScript name with a subset tag: fixed, so that the same content gives the same bytes. */
  readonly embeddedName: string;
  /**
   * How letters stand beside each other: `kerned` as the font says, or `even`, each with its own width, as ideographs are set on a
   * grid; the font's kerning would be for proportional kana.
   */
  readonly spacing: 'kerned' | 'even';
  /** Shows only letters that the faces lack. */
  readonly isFallback: boolean;
}

/** Noto Serif, Noto Sans and its scripts (SIL Open Font License), as their npm packages carry them. */
export const fontFiles: Readonly<Record<FontName, FontFile>> = {
  serif: noto('serif', 'NotoSerif_400Regular', 'PRESSA+NotoSerif-Regular'),
  serifItalic: noto('serif', 'NotoSerif_400Regular_Italic', 'PRESSB+NotoSerif-Italic'),
  serifMedium: noto('serif', 'NotoSerif_500Medium', 'PRESSC+NotoSerif-Medium'),
  sans: noto('sans', 'NotoSans_400Regular', 'PRESSD+NotoSans-Regular'),
  sansMedium: noto('sans', 'NotoSans_500Medium', 'PRESSE+NotoSans-Medium'),
  japanese: fallback('sans-jp', 'NotoSansJP_400Regular', 'PRESSF+NotoSansJP-Regular', 'even'),
  japaneseMedium: fallback('sans-jp', 'NotoSansJP_500Medium', 'PRESSG+NotoSansJP-Medium', 'even'),
  thai: fallback('sans-thai', 'NotoSansThai_400Regular', 'PRESSH+NotoSansThai-Regular', 'kerned'),
  thaiMedium: fallback('sans-thai', 'NotoSansThai_500Medium', 'PRESSI+NotoSansThai-Medium', 'kerned'),
};

type Weight = 'regular' | 'medium';

const fallbacks: Readonly<Record<FallbackSetName, Readonly<Record<Weight, FontName>>>> = {
  japanese: { regular: 'japanese', medium: 'japaneseMedium' },
  thai: { regular: 'thai', medium: 'thaiMedium' },
};

/** The font that shows letters of `set` in a text of this face. Japanese and Thai have no italics; weights are kept. */
export function fontOf(face: FaceName, set: FontSetName): FontName {
  if (set === 'european') return face;
  return fallbacks[set][face === 'serifMedium' || face === 'sansMedium' ? 'medium' : 'regular'];
}

function noto(family: string, file: string, embeddedName: string): FontFile {
  return { path: pathOf(family, file), embeddedName, spacing: 'kerned', isFallback: false };
}

function fallback(
  family: string,
  file: string,
  embeddedName: string,
  spacing: FontFile['spacing'],
): FontFile {
  return { path: pathOf(family, file), embeddedName, spacing, isFallback: true };
}

/** The packages have a folder for each style. */
function pathOf(family: string, file: string): string {
  const style = file.slice(file.indexOf('_') + 1);
  return require.resolve(`@expo-google-fonts/noto-${family}/${style}/${file}.ttf`);
}
