/** The JSON Schema of a schema as the text editor uses it: what may be left out, what fits, and the words of forms. */
import { z } from 'zod';
import { facts } from '../../policies/facts.ts';
import type { FormHint } from '../../policies/kinds/kind.ts';
import { isFormHint } from '../../policies/setting-words.ts';

/** Values to offer for fields of a widget, such as the ids of models. */
export type Offers = Readonly<Partial<Record<NonNullable<FormHint['widget']>, readonly string[]>>>;

/** Makes the JSON Schema; fields with a default may be missing, since it is people who write the document. */
export function jsonSchemaOf(schema: z.core.$ZodType, offers: Offers): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }) => {
      const { def } = (zodSchema as z.core.$ZodTypes)._zod;
      if (def.type === 'object' && jsonSchema.required) {
        jsonSchema.required = jsonSchema.required.filter((name) => !mayBeMissing(def.shape[name]));
      }
      const form: unknown = z.globalRegistry.get(zodSchema)?.form;
      const hint = isFormHint(form) ? form : null;
      delete jsonSchema.form;
      if (hint?.words && jsonSchema.enum) {
        jsonSchema.enumDescriptions = jsonSchema.enum.map((value) => hint.words?.[String(value)] ?? '');
      }
      const offered = hint?.widget && offers[hint.widget];
      if (offered) jsonSchema.examples = [...offered];
      if (path.at(-1) === 'fact' && def.type === 'string') jsonSchema.examples = [...facts.keys()];
    },
  });
}

function mayBeMissing(schema: z.core.$ZodType | undefined): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'default' || def.type === 'prefault' || def.type === 'optional';
}
