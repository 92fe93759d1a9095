import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Every face that a page may use. */
export const faceNames = ['serif', 'serifItalic', 'serifMedium', 'sans', 'sansMedium'] as const;
export type FaceName = (typeof faceNames)[number];

interface FontFile {
  readonly path: string;
  /** The PostScript name with a subset tag: fixed, so that the same content gives the same bytes. */
  readonly embeddedName: string;
}

/** Noto Serif and Noto Sans (SIL Open Font License), as their npm packages carry them. */
export const fontFiles: Readonly<Record<FaceName, FontFile>> = {
  serif: noto('serif', '400Regular', 'PRESSA+NotoSerif-Regular'),
  serifItalic: noto('serif', '400Regular_Italic', 'PRESSB+NotoSerif-Italic'),
  serifMedium: noto('serif', '500Medium', 'PRESSC+NotoSerif-Medium'),
  sans: noto('sans', '400Regular', 'PRESSD+NotoSans-Regular'),
  sansMedium: noto('sans', '500Medium', 'PRESSE+NotoSans-Medium'),
};

function noto(family: 'serif' | 'sans', style: string, embeddedName: string): FontFile {
  const fileName = `${family === 'serif' ? 'NotoSerif' : 'NotoSans'}_${style}.ttf`;
  return {
    path: require.resolve(`@expo-google-fonts/noto-${family}/${style}/${fileName}`),
    embeddedName,
  };
}
