export type * from './types.js';
export * from './schemas.js';
