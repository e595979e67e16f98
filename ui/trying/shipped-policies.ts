/** The policies that are shipped, each loaded when it is asked for. */
import { shippedPolicySchema, type Template } from '../../policies/template.ts';

const FILES = import.meta.glob('../../policies/templates/*.json', { import: 'default' });

/** The shipped policy of that name; null where there is none. */
export async function shippedPolicy(name: string): Promise<Template | null> {
  const load = FILES[`../../policies/templates/${name}.json`];
  return load ? shippedPolicySchema.parse(await load()) : null;
}
