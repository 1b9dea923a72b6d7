export * from './briefs.ts';
export * from './contents.ts';
export * from './outlets.ts';
export * from './projects.ts';
export { type Person, type ProjectRole, person, projectRole } from './shared.ts';
export * from './writings.ts';
