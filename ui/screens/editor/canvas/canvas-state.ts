/** What the canvas of an editor is doing at the moment. Nothing of it is part of the drawing, and nothing is undone. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Where } from '../../../../policies/editing/add.ts';
import type { Point } from '../../../canvas/geometry.ts';
import type { Command } from './commands.ts';

/** A port that is being led somewhere. */
interface Connecting {
  readonly from: string;
  readonly port: string;
  /** Nodes to which it cannot lead, and why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Whether a click on a node ends it, in place of letting go. */
  readonly byClick: boolean;
}

/** The box to add a node with, and where in the window it opens. */
interface QuickAdding {
  readonly where: Where;
  readonly at: Point;
}

export interface CanvasState {
  /** What was done last, in words. */
  readonly said: string;
  /** Ids of the selected edges, as `edgeId` makes them. */
  readonly edges: readonly string[];
  readonly connecting: Connecting | null;
  readonly adding: QuickAdding | null;
  /** The node or note whose text is being changed where it stands. */
  readonly writing: string | null;
  /** The node or note that is to get the focus as soon as it is drawn. */
  readonly focus: string | null;
  /** The edge under the pointer, or under what is dragged. */
  readonly hovered: string | null;
  /** What the palette of commands offers: everything, or only nodes to go to; null while it is closed. */
  readonly finding: 'everything' | 'nodes' | null;
  /** By the part of the editor that offers them. */
  readonly commands: ReadonlyMap<string, readonly Command[]>;
  /** The element of the canvas. */
  readonly root: HTMLElement | null;
}

export type Canvas = StoreApi<CanvasState>;

/** The state of a canvas on which nothing has been done yet. */
export const createCanvas = (): Canvas =>
  createStore<CanvasState>(() => ({
    said: '',
    edges: [],
    connecting: null,
    adding: null,
    writing: null,
    focus: null,
    hovered: null,
    finding: null,
    commands: new Map(),
    root: null,
  }));
