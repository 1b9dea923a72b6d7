import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { Api } from './api/api.ts';
import { ApiProblem } from './api/problem.ts';
import { identityQuery, setupQuery } from './data/queries.ts';
import { type Narrowing, narrowingNames } from './data/sources.ts';
import { ReaderScreen } from './reader/reader-screen.tsx';
import { FailedScreen, LoadingScreen, MissingScreen } from './welcome/other-screens.tsx';

export interface RouterContext {
  api: Api;
  cache: QueryClient;
}

/** What an address of the reader can carry: the open article, an open panel, the words searched for and what narrows them. */
export interface ReaderSearch extends Narrowing {
  entry?: string;
  panel?: string;
  q?: string;
}

export interface WelcomeSearch {
  next?: string;
  /** The code of what went wrong at the single sign-on, from where the visitor comes back. */
  problem?: string;
}

/** The addresses of the web app. Everything but the reader is loaded when it is first needed. */
export function createAppRouter(context: RouterContext) {
  return createRouter({
    routeTree,
    context,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => typeof value === 'string' && value !== '');
      return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    },
    defaultPendingComponent: LoadingScreen,
    defaultErrorComponent: FailedScreen,
    defaultNotFoundComponent: MissingScreen,
  });
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet });

const welcome = lazyRouteComponent(() => import('./welcome/welcome-screen.tsx'), 'WelcomeScreen');

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): WelcomeSearch => pick(search, ['next', 'problem']),
  component: welcome,
});

const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: welcome });

/** The pages to which Kratos sends browsers, where that keeps the identities. */
const kratos = createRoute({
  getParentRoute: () => root,
  path: '/kratos/$page',
  component: lazyRouteComponent(() => import('./kratos/kratos-screen.tsx'), 'KratosScreen'),
});

/** The pages that links of mails and invitations lead to; their secrets stand behind the `#`. */
const linked = [
  createRoute({
    getParentRoute: () => root,
    path: '/recovery',
    component: lazyRouteComponent(() => import('./welcome/recovery-screen.tsx'), 'RecoveryScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/join',
    component: lazyRouteComponent(() => import('./welcome/join-screen.tsx'), 'JoinScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/verification',
    component: lazyRouteComponent(() => import('./welcome/verification-screen.tsx'), 'VerificationScreen'),
  }),
] as const;

const reader = createRoute({
  getParentRoute: () => root,
  id: 'reader',
  validateSearch: (search): ReaderSearch => pick(search, ['entry', 'panel', 'q', ...narrowingNames]),
  beforeLoad: async ({ context, location }) => {
    try {
      await context.cache.ensureQueryData(identityQuery(context.api));
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
      const { needsFirstAccount } = await context.cache.fetchQuery(setupQuery(context.api));
      if (needsFirstAccount) throw redirect({ to: '/setup', replace: true });
      throw redirect({
        to: '/sign-in',
        search: location.pathname === '/' ? {} : { next: location.href },
        replace: true,
      });
    }
  },
  component: ReaderScreen,
});

const readerPaths = [
  '/',
  '/all',
  '/starred',
  '/hidden',
  '/labels',
  '/tags',
  '/search',
  '/saved',
  '/ask',
  '/logs',
  '/highlights',
  '/highlights/notes',
  '/recap/$period',
  '/statistics',
  '/statistics/$part',
  '/projects',
  '/projects/$',
  '/feeds/$id',
  '/folders/$id',
] as const;

/** Typed by hand, it is the day's. */
const latestRecap = createRoute({
  getParentRoute: () => reader,
  path: '/recap',
  beforeLoad: () => {
    throw redirect({ to: '/recap/$period', params: { period: 'daily' }, replace: true });
  },
});

const routeTree = root.addChildren([
  signIn,
  setup,
  kratos,
  ...linked,
  reader.addChildren([...readerPaths.map((path) => createRoute({ getParentRoute: () => reader, path })), latestRecap]),
]);

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The page itself led here, so that “back” is what the browser’s button would do. */
    isInside?: boolean;
  }
}

function pick<Name extends string>(
  search: Record<string, unknown>,
  names: readonly Name[],
): { [Key in Name]?: string } {
  const given = names.flatMap((name) => (typeof search[name] === 'string' ? [[name, search[name]] as const] : []));
  return Object.fromEntries(given) as { [Key in Name]?: string };
}
