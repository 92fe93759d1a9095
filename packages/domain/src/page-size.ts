export const pageSizes = ['A4', 'A5', 'Letter'] as const;
export type PageSize = (typeof pageSizes)[number];
