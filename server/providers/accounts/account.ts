/** An account of a provider as it is stored, without what is secret of it in the open. */
import { z } from 'zod';

/** What people say of one model of an account; what they leave out is as its provider has it. */
export const accountModelSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\S+$/, 'a name of a model has no spaces')
    .meta({ description: 'The name that the provider knows it by.' }),
  standsFor: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ description: 'The model of the price list that it is, where its name is another one.' }),
  contextTokens: z.int().min(1).max(1e9).optional(),
  tools: z.boolean().optional(),
  images: z.boolean().optional(),
  leavesHouse: z.boolean().optional(),
  requestsPerMinute: z.int().min(1).max(1e9).optional().meta({ description: 'No more are sent in any minute.' }),
  tokensPerMinute: z.int().min(1).max(1e12).optional(),
});
export type AccountModel = z.output<typeof accountModelSchema>;

export interface Account {
  readonly id: string;
  readonly organisation: string;
  /** What stands before the slash in the ids of its models. */
  readonly name: string;
  /** Of `accountKinds`. */
  readonly kind: string;
  /** Fields of its kind that are no secret. */
  readonly values: Readonly<Record<string, string>>;
  /** The secret ones, sealed; null where there are none. */
  readonly sealed: string | null;
  /** Where its machines stand; empty where that is not said. */
  readonly region: string;
  readonly leavesHouse: boolean;
  /** It may be reached in the gateway's own network although requests leave the house. */
  readonly allowPrivate: boolean;
  readonly enabled: boolean;
  readonly models: readonly AccountModel[];
}
