/** The account of the scenarios' upstream: what it charges for its models, and what it billed for an attempt. */
import { z } from 'zod';

interface VendorPrice {
  /** Nano-dollars a token. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** The vendor's published prices of the models that the scenarios ask for. */
export const VENDOR_PRICES: Readonly<Record<string, VendorPrice>> = {
  'gpt-4.1-mini': { input: 400, cached: 100, output: 1600 },
  'gpt-4.1-nano': { input: 100, cached: 25, output: 400 },
};

const billedSchema = z.object({
  /** The gateway's id of the request. */
  id: z.string(),
  model: z.string(),
  /** Tokens; what was cached is part of the input. */
  input: z.int(),
  cached: z.int(),
  output: z.int(),
  /** The usage was sent to the caller. */
  reported: z.boolean(),
  /** All of the answer was sent. */
  complete: z.boolean(),
});
export type Billed = z.infer<typeof billedSchema>;

export const accountSchema = z.array(billedSchema);

/** What the vendor wants for it, in nano-dollars. */
export function dueFor({ model, input, cached, output }: Billed): number {
  const price = VENDOR_PRICES[model];
  if (!price) throw new Error(`The upstream has no price for the model "${model}".`);
  return (input - cached) * price.input + cached * price.cached + output * price.output;
}
