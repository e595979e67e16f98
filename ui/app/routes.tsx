/** Every address of these pages and the screen that it shows. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Start } from '../screens/start/start.tsx';
import { Unknown } from '../screens/unknown/unknown.tsx';
import { comparedSchema, requestsFilterSchema, shownSchema } from './addresses.ts';
import { App } from './app.tsx';
import { CannotBeShown } from './cannot-be-shown.tsx';
import { Waiting } from './waiting.tsx';

const root = createRootRoute({ component: App, notFoundComponent: Unknown });
const parent = { getParentRoute: () => root };

const tree = root.addChildren([
  createRoute({ ...parent, path: '/', component: Start }),
  createRoute({
    ...parent,
    path: '/policies',
    component: lazyRouteComponent(() => import('../screens/policies/policy-list.tsx'), 'PolicyList'),
  }),
  createRoute({
    ...parent,
    path: '/policies/$policy',
    validateSearch: shownSchema,
    component: lazyRouteComponent(() => import('../screens/policies/policy.tsx'), 'Policy'),
  }),
  createRoute({
    ...parent,
    path: '/policies/$policy/edit',
    component: lazyRouteComponent(() => import('../screens/editor/editor.tsx'), 'Editor'),
  }),
  createRoute({
    ...parent,
    path: '/requests',
    validateSearch: requestsFilterSchema,
    component: lazyRouteComponent(() => import('../screens/requests/request-list.tsx'), 'RequestList'),
  }),
  createRoute({
    ...parent,
    path: '/requests/$record',
    component: lazyRouteComponent(() => import('../screens/requests/request.tsx'), 'Request'),
  }),
]);

export const router = createRouter({
  routeTree: tree,
  defaultErrorComponent: CannotBeShown,
  defaultPendingComponent: () => <Waiting what="the page" />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
