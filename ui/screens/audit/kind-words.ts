/** What kinds of changes and of other deeds are called. */
import type { ChangeKind, Deed } from '../../api/audit-kinds.ts';

export const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  policies: 'policies and their rules',
  access: 'people, roles, keys and tokens',
  money: 'budgets, prices and months',
  models: 'providers and models',
  data: 'requests and what is kept of them',
  organisation: 'teams, projects, channels and settings',
};

export const DEED_WORDS: Readonly<Record<Deed, string>> = {
  changes: 'changes',
  drafts: 'drafts and comments',
  approvals: 'approvals',
  'sign-in': 'signing in and out',
  looking: 'reading what was said',
  files: 'files taken along',
  programs: 'uses of tokens, tests and starts',
};
