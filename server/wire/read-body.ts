/** Reads the body of a request, whatever its protocol, so that no upstream can read another one in the same bytes. */
import type { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { type Member, scanObject } from './json-scan.ts';
import type { JsonObject } from './json-value.ts';

export interface ReadBody<Body> {
  readonly bytes: Buffer;
  readonly body: Body;
  /** Where the top-level members stand in the bytes. */
  readonly members: ReadonlyMap<string, Member>;
  /** The body exactly as it parses; what is serialised again comes from here. */
  readonly tree: JsonObject;
}

/** Throws SignalboxError: `invalid_json`, `duplicate_key`, `too_deep`, `invalid_request`. */
export function readBody<Shape extends z.ZodObject>(bytes: Buffer, schema: Shape): ReadBody<z.output<Shape>> {
  const { value: tree, members } = scanObject(bytes);
  for (const name of members.keys()) {
    const small = name.toLowerCase();
    // Some upstreams match names without regard to case, and would read a member that no policy has seen.
    if (!Object.hasOwn(schema.shape, name) && Object.hasOwn(schema.shape, small)) {
      throw new SignalboxError('invalid_request', { why: `"${name}" has to be written "${small}"` });
    }
  }
  const parsed = schema.safeParse(tree);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw new SignalboxError('invalid_request', {
      why: `${where}${issue?.message ?? 'it does not fit the protocol'}`,
      param: issue?.path.join('.'),
    });
  }
  return { bytes, body: parsed.data, members, tree };
}
