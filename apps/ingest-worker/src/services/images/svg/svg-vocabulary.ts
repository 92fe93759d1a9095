// What a still drawing is made of. Everything else is left out with all that is in it: scripts, foreign content,
// animation (which can set an address later on), links' targets, media, and every element of another namespace.

export const drawingElements: ReadonlySet<string> = new Set([
  ...['svg', 'g', 'defs', 'symbol', 'use', 'switch', 'a', 'title', 'desc', 'style', 'view'],
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'image'],
  ...['text', 'tspan', 'textPath', 'tref'],
  ...['linearGradient', 'radialGradient', 'stop', 'pattern', 'clipPath', 'mask', 'marker', 'filter'],
  ...[
    'feBlend',
    'feColorMatrix',
    'feComponentTransfer',
    'feComposite',
    'feConvolveMatrix',
    'feDiffuseLighting',
  ],
  ...[
    'feDisplacementMap',
    'feDistantLight',
    'feDropShadow',
    'feFlood',
    'feFuncA',
    'feFuncB',
    'feFuncG',
    'feFuncR',
  ],
  ...['feGaussianBlur', 'feImage', 'feMerge', 'feMergeNode', 'feMorphology', 'feOffset', 'fePointLight'],
  ...['feSpecularLighting', 'feSpotLight', 'feTile', 'feTurbulence'],
]);

/** Elements that may carry a picture of their own in a `data:` address. */
export const pictureElements: ReadonlySet<string> = new Set(['image', 'feImage']);

/** Far above what drawing programs make, far below what hurts. */
export const drawingLimits = {
  depth: 128,
  elements: 200_000,
  /** Each keeps a picture of the whole page in memory while its filter runs. */
  filterPrimitives: 200,
  embeddedPictures: 100,
} as const;
