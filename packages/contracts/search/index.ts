export * from './dates.ts';
export * from './endpoints.ts';
export * from './matches.ts';
export * from './parse.ts';
export * from './print.ts';
export * from './query.ts';
export * from './rule-query.ts';
export * from './split.ts';
