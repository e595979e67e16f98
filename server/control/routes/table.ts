/** Every route of the control API: what is not here exists neither in Express nor in the API document. */
import type { Route } from '../route.ts';
import { accountRoutes } from './account.ts';
import { alertRoutes } from './alerts.ts';
import { approvalAnswerRoutes } from './approval-answers.ts';
import { approvalRuleRoutes } from './approval-rules.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { auditDeskRoutes } from './audit-desk.ts';
import { budgetPlanRoutes } from './budget-plans.ts';
import { budgetRequestRoutes } from './budget-requests.ts';
import { budgetTreeRoutes } from './budget-tree.ts';
import { budgetRoutes } from './budgets.ts';
import { commentRoutes } from './comments.ts';
import { feedbackRoutes } from './feedback.ts';
import { forecastRoutes } from './forecast.ts';
import { historyRoutes } from './history.ts';
import { houseRoutes } from './house.ts';
import { keyRoutes } from './keys.ts';
import { ledgerRoutes } from './ledger.ts';
import { leftHouseRoutes } from './left-house.ts';
import { liveRoutes } from './live.ts';
import { modelRoutes } from './models.ts';
import { monthRoutes } from './months.ts';
import { organisationPolicyRoutes } from './organisation-policy.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policies.ts';
import { priceRoutes } from './prices.ts';
import { projectRoutes } from './projects.ts';
import { providerAccountRoutes } from './provider-accounts.ts';
import { recordExportRoutes } from './record-export.ts';
import { recordRoutes } from './records.ts';
import { retentionRoutes } from './retention.ts';
import { serviceTokenRoutes } from './service-tokens.ts';
import { sessionRoutes } from './session.ts';
import { agentSessionRoutes } from './sessions.ts';
import { signInSettingsRoutes } from './sign-in-settings.ts';
import { templateRoutes } from './templates.ts';
import { usageRoutes } from './usage.ts';
import { variantRoutes } from './variants.ts';
import { versionRoutes } from './versions.ts';

export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...serviceTokenRoutes,
  ...signInSettingsRoutes,
  ...projectRoutes,
  ...organisationPolicyRoutes,
  ...keyRoutes,
  ...policyRoutes,
  ...templateRoutes,
  ...versionRoutes,
  ...approvalRuleRoutes,
  ...approvalRoutes,
  ...approvalAnswerRoutes,
  ...commentRoutes,
  ...variantRoutes,
  ...modelRoutes,
  ...providerAccountRoutes,
  ...priceRoutes,
  ...budgetTreeRoutes,
  ...budgetRoutes,
  ...budgetPlanRoutes,
  ...budgetRequestRoutes,
  ...ledgerRoutes,
  ...forecastRoutes,
  ...alertRoutes,
  ...houseRoutes,
  // Before the routes of one record, whose id could be anything.
  ...recordExportRoutes,
  ...recordRoutes,
  ...feedbackRoutes,
  ...usageRoutes,
  ...agentSessionRoutes,
  ...liveRoutes,
  ...historyRoutes,
  ...auditRoutes,
  ...retentionRoutes,
  ...auditDeskRoutes,
  ...leftHouseRoutes,
  ...monthRoutes,
];
