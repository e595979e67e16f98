import type { Role } from '../api/people.ts';

/** What each role is called, and what it may do. */
export const ROLE_WORDS: Readonly<Record<Role, { readonly title: string; readonly says: string }>> = {
  admin: { title: 'Admin', says: 'sees and changes everything' },
  viewer: { title: 'Viewer', says: 'sees everything and changes nothing' },
};
