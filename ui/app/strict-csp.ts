/** Imported before every schema: zod would otherwise try to compile code, which the pages' security policy forbids. */
import { config } from 'zod';

config({ jitless: true });
