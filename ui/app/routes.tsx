/** Every address of these pages and the screen that it shows. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Start } from '../screens/start/start.tsx';
import { Unknown } from '../screens/unknown/unknown.tsx';
import {
  alertsFilterSchema,
  auditShownSchema,
  budgetShownSchema,
  comparedSchema,
  deedsShownSchema,
  editedSchema,
  keysFilterSchema,
  leftShownSchema,
  momentShownSchema,
  newPolicySchema,
  overviewSchema,
  policiesFilterSchema,
  requestsFilterSchema,
  reviewedShownSchema,
  runsShownSchema,
  shownSchema,
  usageShownSchema,
  variantsShownSchema,
} from './addresses.ts';
import { App } from './app.tsx';
import { CannotBeShown } from './cannot-be-shown.tsx';
import { Waiting } from './waiting.tsx';

const root = createRootRoute({ component: App, notFoundComponent: Unknown });
const parent = { getParentRoute: () => root };

const tree = root.addChildren([
  createRoute({ ...parent, path: '/', validateSearch: overviewSchema, component: Start }),
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
    path: '/policies/$policy/variants',
    validateSearch: variantsShownSchema,
    component: lazyRouteComponent(() => import('../screens/policies/variants.tsx'), 'Variants'),
  }),
  createRoute({
    ...parent,
    path: '/approvals',
    component: lazyRouteComponent(() => import('../screens/approvals/approval-list.tsx'), 'ApprovalList'),
  }),
  createRoute({
    ...parent,
    path: '/approvals/$request',
    component: lazyRouteComponent(() => import('../screens/approvals/approval.tsx'), 'Approval'),
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
    path: '/usage',
    validateSearch: usageShownSchema,
    component: lazyRouteComponent(() => import('../screens/usage/usage.tsx'), 'Usage'),
  }),
  createRoute({
    ...parent,
    path: '/teams/$team',
    component: lazyRouteComponent(() => import('../screens/teams/team.tsx'), 'TeamPage'),
  }),
  createRoute({
    ...parent,
    path: '/sessions',
    validateSearch: runsShownSchema,
    component: lazyRouteComponent(() => import('../screens/runs/run-list.tsx'), 'RunList'),
  }),
  createRoute({
    ...parent,
    path: '/sessions/$session',
    component: lazyRouteComponent(() => import('../screens/runs/run.tsx'), 'Run'),
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
    path: '/budgets/requests',
    component: lazyRouteComponent(() => import('../screens/budgets/budget-requests.tsx'), 'BudgetRequests'),
  }),
  createRoute({
    ...parent,
    path: '/budgets/$budget',
    validateSearch: budgetShownSchema,
    component: lazyRouteComponent(() => import('../screens/budgets/budget.tsx'), 'BudgetPage'),
  }),
  createRoute({
    ...parent,
    path: '/months',
    component: lazyRouteComponent(() => import('../screens/months/month-list.tsx'), 'MonthList'),
  }),
  createRoute({
    ...parent,
    path: '/months/$month',
    component: lazyRouteComponent(() => import('../screens/months/month.tsx'), 'MonthPage'),
  }),
  createRoute({
    ...parent,
    path: '/alerts',
    validateSearch: alertsFilterSchema,
    component: lazyRouteComponent(() => import('../screens/alerts/alerts.tsx'), 'Alerts'),
  }),
  createRoute({
    ...parent,
    path: '/audit',
    validateSearch: reviewedShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/audit.tsx'), 'AuditPage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/entries',
    validateSearch: auditShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/entries-page.tsx'), 'EntriesPage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/live',
    validateSearch: momentShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/live/live-page.tsx'), 'LivePage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/left-house',
    validateSearch: leftShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/left/left-page.tsx'), 'LeftPage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/access',
    validateSearch: momentShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/access/access-page.tsx'), 'AccessPage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/deeds',
    validateSearch: deedsShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/deeds/deeds-page.tsx'), 'DeedsPage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/evidence',
    validateSearch: reviewedShownSchema,
    component: lazyRouteComponent(() => import('../screens/audit/evidence/evidence-page.tsx'), 'EvidencePage'),
  }),
  createRoute({
    ...parent,
    path: '/audit/$sequence',
    component: lazyRouteComponent(() => import('../screens/audit/entry.tsx'), 'EntryPage'),
  }),
  createRoute({
    ...parent,
    path: '/people',
    component: lazyRouteComponent(() => import('../screens/people/people.tsx'), 'People'),
  }),
  createRoute({
    ...parent,
    path: '/service-tokens',
    component: lazyRouteComponent(() => import('../screens/people/service-tokens.tsx'), 'ServiceTokens'),
  }),
  createRoute({
    ...parent,
    path: '/sign-in-settings',
    component: lazyRouteComponent(() => import('../screens/people/sign-in-settings.tsx'), 'SignInSettingsPage'),
  }),
  createRoute({
    ...parent,
    path: '/account',
    component: lazyRouteComponent(() => import('../screens/account/account.tsx'), 'AccountPage'),
  }),
  createRoute({
    ...parent,
    path: '/invitation',
    component: lazyRouteComponent(() => import('../screens/sign-in/already-in.tsx'), 'AlreadyIn'),
  }),
  createRoute({
    ...parent,
    path: '/sign-in/return',
    component: lazyRouteComponent(() => import('../screens/sign-in/already-in.tsx'), 'AlreadyIn'),
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
