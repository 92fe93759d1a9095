export * from './image-facts.ts';
export * from './image-limits.ts';
export * from './inspect-image.ts';
export * from './sniff-media-type.ts';
export * from './svg-document.ts';
export * from './svg-text.ts';
