/** What changes and other deeds are told apart by; apart from the questions about them, since every address knows it. */

export const CHANGE_KINDS = ['policies', 'access', 'money', 'models', 'data', 'organisation'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];
export const FLAGS = ['unapproved', 'self_approved', 'emergency', 'no_reason'] as const;
export type Flag = (typeof FLAGS)[number];
export const DEEDS = ['changes', 'drafts', 'approvals', 'sign-in', 'looking', 'files', 'programs'] as const;
export type Deed = (typeof DEEDS)[number];
