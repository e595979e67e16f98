/** What a new policy can begin with, and what it is then called until a person says otherwise. */
import type { ReadPolicy } from '../../../policies/policy-file.ts';
import type { NewPolicy } from '../../api/new-policy.ts';
import type { Drawing, ListedPolicy } from '../../api/policies.ts';
import type { Template } from '../../api/templates.ts';

/** Choices that are no template; the names of templates have no space. */
export const BLANK = 'from nothing';
export const FILE = 'from a file';
export const COPY = 'a copy';

/** A file that was read, with the name that it has on the person's disk. */
export interface LoadedFile {
  readonly fileName: string;
  readonly policy: ReadPolicy;
}

interface Begun {
  readonly title: string;
  /** Null where it follows from the title. */
  readonly name: string | null;
  readonly description: string;
  /** Null while there is nothing to begin with: a file that was not chosen yet. */
  readonly content: Pick<NewPolicy, 'template' | 'graph' | 'layout' | 'tests'> | null;
}

const NOTHING: Begun = { title: '', name: null, description: '', content: null };

/** What stands in the form for a choice. */
export function beginningOf(
  choice: string,
  templates: readonly Template[],
  file: LoadedFile | null,
  original: { readonly policy: ListedPolicy; readonly drawing: Drawing } | null,
): Begun {
  if (choice === BLANK) return { ...NOTHING, content: {} };
  if (choice === COPY && original) {
    const { title, name, description } = original.policy;
    const { graph, layout, tests } = original.drawing;
    return { title: `${title} (copy)`, name: `${name}-copy`, description, content: { graph, layout, tests } };
  }
  if (choice === FILE) {
    if (!file) return NOTHING;
    const { title, name, description, graph, layout, tests } = file.policy;
    const fallback = file.fileName.replace(/(\.draft)?\.json$/i, '');
    return { title: title ?? fallback, name, description, content: { graph, layout, tests } };
  }
  const template = templates.find(({ name }) => name === choice);
  if (!template) return NOTHING;
  const { title, name, description } = template;
  return { title, name, description, content: { template: name } };
}
