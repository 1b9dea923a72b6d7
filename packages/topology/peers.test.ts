import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type ClusterServerName,
  environmentNameOf,
  isFlowAllowed,
  type PeerOf,
  type ServerName,
  type ServiceName,
  serviceAddress,
  servicePort,
} from './index.ts';

/** As the host offers it to a service. */
function peersOf<Name extends ServiceName>(_service: Name): (peer: PeerOf<Name>) => ServerName {
  return (peer) => peer;
}

describe('a peer', () => {
  const peer = peersOf('alt-backend');

  it('is one that the flow table lists', () => {
    expectTypeOf<PeerOf<'alt-backend'>>().toEqualTypeOf<
      | 'auth-service'
      | 'sidecar-proxy'
      | 'pre-processor'
      | 'search-indexer'
      | 'news-creator'
      | 'tag-generator'
      | 'rask-log-aggregator'
    >();
    expect(peer('search-indexer')).toBe('search-indexer');
  });

  it('does not compile when the service is unknown', () => {
    // @ts-expect-error there is no such service
    expect(isFlowAllowed('alt-backend', peer('search-engine'))).toBe(false);
  });

  it('does not compile when the flow is not listed', () => {
    // @ts-expect-error a real service, but alt-backend has no way to it
    expect(isFlowAllowed('alt-backend', peer('arch-repo-service'))).toBe(false);
    // @ts-expect-error a flow that exists, but is no service of ours to call with a service token
    expect(isFlowAllowed('alt-backend', peer('postgres'))).toBe(true);
    // @ts-expect-error the other direction is listed, this one is not
    expect(isFlowAllowed('auth-service', peersOf('auth-service')('alt-backend'))).toBe(false);
    // @ts-expect-error a job listens nowhere
    expect(isFlowAllowed('alt-backend', peer('auth-token-manager'))).toBe(false);
  });

  it('is none for a service without flows to services', () => {
    expectTypeOf<PeerOf<'search-indexer'>>().toEqualTypeOf<'rask-log-aggregator'>();
  });
});

describe('an address', () => {
  it('is a cluster name or loopback, with the port of the table', () => {
    expect(serviceAddress('auth-service', 'cluster')).toBe('http://auth-service.alt-auth.svc.cluster.local:8080');
    expect(serviceAddress('sidecar-proxy', 'cluster')).toBe('http://sidecar-proxy.alt-apps.svc.cluster.local:8085');
    expect(serviceAddress('auth-service', 'machine')).toBe('http://127.0.0.1:8080');
    expectTypeOf(servicePort('alt-backend')).toEqualTypeOf<9000>();
  });

  it('exists on a cluster for what has a namespace only', () => {
    expectTypeOf<Exclude<ServerName, ClusterServerName>>().toEqualTypeOf<'gateway'>();
    expect(serviceAddress('gateway', 'machine')).toBe('http://127.0.0.1:8000');
    // @ts-expect-error on a cluster nginx-external stands in its place
    serviceAddress('gateway', 'cluster');
  });

  it('is overridden by a variable named after the service', () => {
    expect(environmentNameOf('auth-service')).toBe('AUTH_SERVICE_URL');
    expect(environmentNameOf('news-creator')).toBe('NEWS_CREATOR_URL');
    expect(environmentNameOf('sidecar-proxy')).toBe('SIDECAR_PROXY_BASE_URL');
  });
});
