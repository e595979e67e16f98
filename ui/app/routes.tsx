/** Every address of these pages and the screen that it shows. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Start } from '../screens/start/start.tsx';
import { Unknown } from '../screens/unknown/unknown.tsx';
import {
  comparedSchema,
  editedSchema,
  keysFilterSchema,
  newPolicySchema,
  policiesFilterSchema,
  requestsFilterSchema,
  shownSchema,
} from './addresses.ts';
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
    validateSearch: policiesFilterSchema,
    component: lazyRouteComponent(() => import('../screens/policies/policy-list.tsx'), 'PolicyList'),
  }),
  createRoute({
    ...parent,
    path: '/policies/new',
    validateSearch: newPolicySchema,
    component: lazyRouteComponent(() => import('../screens/policies/new-policy.tsx'), 'NewPolicy'),
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
    validateSearch: editedSchema,
    component: lazyRouteComponent(() => import('../screens/editor/editor.tsx'), 'Editor'),
  }),
  createRoute({
    ...parent,
    path: '/policies/$policy/publish',
    component: lazyRouteComponent(() => import('../screens/editor/publish/publish-page.tsx'), 'PublishPage'),
  }),
  createRoute({
    ...parent,
    path: '/policies/$policy/history',
    component: lazyRouteComponent(() => import('../screens/history/history.tsx'), 'History'),
  }),
  createRoute({
    ...parent,
    path: '/policies/$policy/compare',
    validateSearch: comparedSchema,
    component: lazyRouteComponent(() => import('../screens/history/compare.tsx'), 'Compare'),
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
  createRoute({
    ...parent,
    path: '/projects',
    component: lazyRouteComponent(() => import('../screens/projects/project-list.tsx'), 'ProjectList'),
  }),
  createRoute({
    ...parent,
    path: '/keys',
    validateSearch: keysFilterSchema,
    component: lazyRouteComponent(() => import('../screens/keys/key-list.tsx'), 'KeyList'),
  }),
  createRoute({
    ...parent,
    path: '/keys/new',
    component: lazyRouteComponent(() => import('../screens/keys/new-key.tsx'), 'NewKey'),
  }),
  createRoute({
    ...parent,
    path: '/budgets',
    component: lazyRouteComponent(() => import('../screens/budgets/budget-list.tsx'), 'BudgetList'),
  }),
  createRoute({
    ...parent,
    path: '/models',
    component: lazyRouteComponent(() => import('../screens/models/model-list.tsx'), 'ModelList'),
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
