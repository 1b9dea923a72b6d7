export type { Tracer } from '@alt/tracing';
export { clientAddress, parseTrustedProxies } from './address.ts';
export { type AppOptions, createApp, errorResponse, problemResponse } from './app.ts';
export { ConfigError, parseConfig } from './config.ts';
export type { Courtesy } from './courtesy.ts';
export { createCourtesy } from './courtesy.ts';
export { createHost, type HostOptions } from './host.ts';
export { createIdentify, credentialOf, type Identify } from './identify.ts';
export type { Jobs } from './jobs.ts';
export { createLogger, type Logger } from './log.ts';
export { type OneAtATime, oneAtATime } from './one-at-a-time.ts';
export { createPeer, type Dispatch } from './peers.ts';
export { type Reader, Reply, type Route, type RouteContext, reply, route } from './route.ts';
export { openWith, SEAL_BYTES, sealingKey, sealWith } from './sealing.ts';
export { type ListeningServer, listen, socketAddressOf } from './server.ts';
export type { Host, PeerFetch, PeerInit, RunningService, Service } from './service.ts';
export { createShipping, type Shipping, UNSHIPPED } from './shipping.ts';
export {
  createKeys,
  generateServiceKey,
  type IncomingRequest,
  type KeyMaterial,
  type Keys,
  publicHalf,
  SERVICE_TOKEN_HEADER,
  USER_TOKEN_HEADER,
} from './tokens.ts';
