/** The document of a policy: what is drawn (`graph`, hashed and versioned) and where it stands on the canvas (`layout`). */
import { z } from 'zod';

/** The schema that this code writes. Older documents are brought up to it when they are loaded. */
export const GRAPH_SCHEMA = 1;

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'An id has 1 to 64 letters, digits, "_" or "-".');

export const nodeFields = {
  id,
  title: z.string().max(120),
  note: z.string().max(2000).optional(),
};

export const edgeSchema = z.strictObject({ from: id, port: z.string().min(1).max(64), to: id });

/** A drawing as it is saved: sound as a document, though its kinds and settings may still be wrong. */
export const graphSchema = z.strictObject({
  schema: z.literal(GRAPH_SCHEMA),
  nodes: z
    .array(
      z.strictObject({ ...nodeFields, kind: z.string().min(1).max(40), settings: z.record(z.string(), z.unknown()) }),
    )
    .max(1000),
  edges: z.array(edgeSchema).max(4000),
});

export type Graph = z.infer<typeof graphSchema>;
export type GraphNode = Graph['nodes'][number];

const point = z.strictObject({ x: z.number(), y: z.number() });

export const layoutSchema = z.strictObject({
  positions: z.record(id, point),
  stickies: z
    .array(z.strictObject({ id, text: z.string().max(4000), at: point, width: z.number(), height: z.number() }))
    .max(200),
});

export type Layout = z.infer<typeof layoutSchema>;

/** What stands on a canvas: the graph, and where its nodes and notes are. */
export interface Drawing {
  readonly graph: Graph;
  readonly layout: Layout;
}

/** Turns a document of one schema into one of the next; the number itself is raised for it. */
export type Upgrade = (document: Record<string, unknown>) => Record<string, unknown>;

/** Upgrades by the schema that they start from. Stored bytes are never changed: this happens on load. */
const UPGRADES: ReadonlyMap<number, Upgrade> = new Map();

const versioned = z.looseObject({ schema: z.int().min(1) });

/** Reads a document of this or an older schema; the error says where it does not fit, or that it is from a newer version. */
export function parseGraph(document: unknown, upgrades = UPGRADES, newest: number = GRAPH_SCHEMA): Graph {
  let current: Record<string, unknown> & { schema: number } = versioned.parse(document);
  if (current.schema > newest) {
    throw new Error(
      `This policy was made by a newer version of Signalbox (schema ${current.schema}; this one reads up to ${newest}). Update Signalbox to open it.`,
    );
  }
  while (current.schema < newest) {
    const upgrade = upgrades.get(current.schema);
    if (!upgrade) throw new Error(`Policies of schema ${current.schema} cannot be read any more.`);
    current = { ...upgrade(current), schema: current.schema + 1 };
  }
  return graphSchema.parse({ ...current, schema: GRAPH_SCHEMA });
}
