export { type AddressKind, classifyAddress } from './addresses.ts';
export { parseAllowList } from './allow-list.ts';
export { dialAddresses } from './dialling.ts';
export {
  createEgress,
  type Egress,
  type EgressInit,
  type EgressOptions,
  type EgressResponse,
  type EgressVerdict,
  type HostClass,
} from './egress.ts';
export { EgressError, type EgressErrorCode, isEgressErrorCode, toEgressError } from './errors.ts';
export { createGuard, type Guard } from './guard.ts';
export { createLookup, type Lookup, type ResolvedAddress } from './names.ts';
export { parseTarget, type Target } from './target.ts';
export { openTunnel } from './tunnel.ts';
