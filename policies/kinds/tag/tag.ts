import { z } from 'zod';
import { TAG_NAME } from '../../facts.ts';
import { defineKind, field } from '../kind.ts';

const settings = z.strictObject({
  tags: field(
    z
      .record(
        z.string().regex(TAG_NAME, 'A tag starts with a letter; letters, digits, "_", "-" and "." may follow.'),
        z.string().min(1).max(256),
      )
      .refine((tags) => Object.keys(tags).length > 0, 'Set at least one tag.'),
    'Tags',
    'Set for everything that follows.',
    { widget: 'tag' },
  ),
  override: field(
    z.boolean().default(true),
    'Replace',
    'Also where the request already has such a tag. Tags that the key fixes are never replaced.',
  ),
});

export const tag = defineKind(
  { title: 'Tag', icon: 'tag', group: 'decide', summary: 'Sets tags for what follows.' },
  settings,
  { tags: { usage: 'building' }, override: true },
  ({ tags, override }) => {
    const words = Object.entries(tags).map(([name, value]) => `${name} = ${value}`);
    return {
      ports: [{ name: 'next', label: 'next' }],
      sentence: `Sets ${words.join(', ')}${override ? '' : ' where it is missing'}.`,
      compile: () => (run) => {
        const set: string[] = [];
        for (const [name, value] of Object.entries(tags)) {
          const present = run.tags.get(name);
          if (present && (!override || present.source === 'key')) continue;
          run.tags.set(name, { value, source: 'rule' });
          set.push(`${name} = ${value}`);
        }
        run.changed();
        return { port: 'next', reason: set.length > 0 ? `Set ${set.join(', ')}.` : 'The tags were already there.' };
      },
    };
  },
);
