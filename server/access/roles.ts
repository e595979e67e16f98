/** What people and programs may do. */
import { z } from 'zod';

export const roleSchema = z.enum(['admin', 'viewer']).meta({
  description: 'An admin changes everything; a viewer sees everything and changes nothing.',
});
export type Role = z.infer<typeof roleSchema>;

/** Whether somebody of that role may change anything. */
export const mayChange = (role: Role): boolean => role !== 'viewer';
