export * from './auth.ts';
export { altBackendEndpoints, authServiceEndpoints } from './catalogue.ts';
export * from './endpoint.ts';
export * from './entries.ts';
export * from './internal.ts';
export * from './primitives.ts';
export * from './problem.ts';
export * from './settings.ts';
export * from './subscriptions.ts';
