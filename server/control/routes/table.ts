/** Every route of the control API: what is not here exists neither in Express nor in the API document. */
import type { Route } from '../route.ts';
import { budgetRequestRoutes } from './budget-requests.ts';
import { budgetRoutes } from './budgets.ts';
import { historyRoutes } from './history.ts';
import { houseRoutes } from './house.ts';
import { keyRoutes } from './keys.ts';
import { ledgerRoutes } from './ledger.ts';
import { modelRoutes } from './models.ts';
import { policyRoutes } from './policies.ts';
import { projectRoutes } from './projects.ts';
import { recordRoutes } from './records.ts';
import { sessionRoutes } from './session.ts';
import { templateRoutes } from './templates.ts';
import { versionRoutes } from './versions.ts';

export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...projectRoutes,
  ...keyRoutes,
  ...policyRoutes,
  ...templateRoutes,
  ...versionRoutes,
  ...modelRoutes,
  ...budgetRoutes,
  ...budgetRequestRoutes,
  ...ledgerRoutes,
  ...houseRoutes,
  ...recordRoutes,
  ...historyRoutes,
];
