/** Everything that can be done on the canvas. Keys, buttons, menus and the pointer all do it through these. */
import type { ReactFlowInstance } from '@xyflow/react';
import { findKind } from '../../../../policies/compile.ts';
import { addNode, type Where } from '../../../../policies/editing/add.ts';
import type { Change } from '../../../../policies/editing/change.ts';
import { duplicate, paste, readClipping } from '../../../../policies/editing/clipping.ts';
import { connect, removeEdge, targetsFor } from '../../../../policies/editing/connect.ts';
import { placeNodes } from '../../../../policies/editing/move.ts';
import { portsOf } from '../../../../policies/editing/ports.ts';
import { removeNodes } from '../../../../policies/editing/remove.ts';
import { retitle } from '../../../../policies/editing/settings.ts';
import { addSticky, editSticky, resizeSticky, stickyOnCanvas } from '../../../../policies/editing/stickies.ts';
import type { Graph } from '../../../../policies/graph.ts';
import { plural } from '../../../app/words.ts';
import { withPlaces } from '../../../canvas/arrange.ts';
import { readingOrder } from '../../../canvas/describe.ts';
import { edgeId } from '../../../canvas/elements.ts';
import type { Box, Point } from '../../../canvas/geometry.ts';
import { tidy } from '../../../canvas/tidy.ts';
import type { Editing, PolicyDocument } from '../../../editing/document.ts';
import { boxOf, idsOnCanvas, nameOf, nameOfEdge, namesOf } from './canvas-names.ts';
import type { Canvas } from './canvas-state.ts';
import { createCanvasView } from './canvas-view.ts';
import { clippingOf } from './clipboard.ts';
import { writeKeys } from './keyboard.ts';
import { freeForNote } from './note-room.ts';

interface Ground {
  readonly editing: Editing;
  readonly mayChange: boolean;
  readonly canvas: Canvas;
  readonly flow: ReactFlowInstance;
}

export type CanvasActions = ReturnType<typeof createCanvasActions>;

type Edge = Graph['edges'][number];

const UNDO = `Undo with ${writeKeys('mod+z')}.`;
/** How far one paste stands from the one before it. */
const ASIDE = 40;

/** The actions of one editor. Those that change the drawing do nothing for somebody who may only look. */
export function createCanvasActions({ editing, mayChange, canvas, flow }: Ground) {
  const view = createCanvasView({ editing, canvas, flow });
  let pastes = 0;
  const now = (): PolicyDocument => editing.getState().document;

  /** Says words in the line of the canvas; the same words twice are said twice. */
  function say(...words: readonly string[]): void {
    const text = words.filter((one) => one !== '').join(' ');
    canvas.setState(({ said }) => ({ said: said === text ? `${text}\u00a0` : text }));
  }

  /** Does something as one step that can be undone, and says it, or why it was not done. */
  function perform(
    words: string,
    edit: (document: PolicyDocument) => Change<PolicyDocument>,
    done: string,
    together?: string,
  ): boolean {
    if (!mayChange) return false;
    const before = now();
    const { drawing, said } = edit(before);
    if (drawing !== before) editing.getState().change(words, () => drawing, together);
    say(drawing === before ? '' : done, ...said);
    return drawing !== before;
  }

  const plain = (drawing: PolicyDocument): Change<PolicyDocument> => ({ drawing, said: [] });

  function select(ids: readonly string[]): void {
    editing.getState().settle();
    editing.getState().select(ids);
    canvas.setState({ edges: [] });
  }

  /** Selects nodes and notes, moves the view there and gives the focus to the first. */
  function go(ids: readonly string[]): void {
    select(ids);
    view.reveal(ids);
    canvas.setState({ focus: ids[0] ?? null });
  }

  function selectedEdges(): Edge[] {
    const chosen = new Set(canvas.getState().edges);
    return now().graph.edges.filter((edge) => chosen.has(edgeId(edge)));
  }

  /** Where a new node goes when nobody says it: behind the selected node, into the selected edge, else into the middle. */
  function whereNext(): Where {
    const nodes = now().graph.nodes.filter(({ id }) => editing.getState().selected.includes(id));
    const last = nodes.at(-1);
    if (last) return { after: last.id };
    const [edge] = selectedEdges();
    return edge ? { edge } : { at: view.middle() };
  }

  function remove(): void {
    const { selected } = editing.getState();
    // A box selects the edges of its nodes too: those go with the nodes, and the ways through them are closed.
    const edges = selectedEdges().filter(({ from, to }) => !selected.includes(from) && !selected.includes(to));
    if (selected.length === 0 && edges.length === 0) {
      say('Nothing is selected, so nothing was deleted.');
      return;
    }
    const edit = (document: PolicyDocument): Change<PolicyDocument> =>
      removeNodes(
        edges.reduce((left, edge) => removeEdge(left, edge), document),
        selected,
      );
    const document = now();
    const left = new Set(idsOnCanvas(edit(document).drawing));
    const gone = selected.filter((id) => !left.has(id));
    const [edge] = edges;
    const what =
      gone.length > 0
        ? namesOf(document, gone)
        : edges.length === 1 && edge
          ? nameOfEdge(document, edge)
          : plural(edges.length, 'edge');
    if (perform(`Delete ${what}`, edit, `Deleted ${what}. ${UNDO}`)) canvas.setState({ edges: [] });
    view.focus();
  }

  function pasteText(text: string): void {
    const clipping = readClipping(text);
    if (!clipping) {
      say('What is on the clipboard is no part of a policy, so nothing was pasted.');
      return;
    }
    const drawing = { graph: clipping.graph, layout: clipping.layout };
    const box = boxOf(drawing, idsOnCanvas(drawing)) ?? { x: 0, y: 0, width: 0, height: 0 };
    const { x, y } = view.middle();
    const shift = ASIDE * (pastes++ % 8);
    const corner = { x: Math.round(x - box.width / 2) + shift, y: Math.round(y - box.height / 2) + shift };
    insert('Paste', (document) => paste(document, clipping, corner));
  }

  function insert(
    verb: string,
    edit: (document: PolicyDocument) => Change<PolicyDocument> & { readonly ids: readonly string[] },
  ): void {
    let made: readonly string[] = [];
    const counted = (document: PolicyDocument): Change<PolicyDocument> => {
      const result = edit(withPlaces(document));
      made = result.ids;
      return made.length === 0 ? { ...result, drawing: document } : result;
    };
    if (perform(verb, counted, `${verb === 'Paste' ? 'Pasted' : 'Duplicated'}. ${UNDO}`)) go(made);
  }

  function stopConnecting(): void {
    const { connecting } = canvas.getState();
    canvas.setState({ connecting: null });
    if (connecting?.byClick) say('Nothing was connected.');
  }

  /** Leads a port to a node; an edge that is given is led there in place of where it was. */
  function lead(from: string, port: string, to: string, instead?: Edge): void {
    stopConnecting();
    if (instead && edgeId(instead) === edgeId({ from, port, to })) return;
    const document = now();
    const words = `Lead ${nameOf(document, from)} to ${nameOf(document, to)}`;
    const edit = (before: PolicyDocument): Change<PolicyDocument> => {
      const result = connect(instead ? removeEdge(before, instead) : before, from, port, to);
      return result.said.length > 0 ? { ...result, drawing: before } : result;
    };
    perform(words, edit, `${nameOf(document, from)} leads to ${nameOf(document, to)} now.`);
  }

  return {
    view,
    say,
    select,
    /** Takes over what was selected with the pointer; selected edges stay so. */
    pick(ids: readonly string[]): void {
      editing.getState().settle();
      editing.getState().select(ids);
    },
    go,
    whereNext,
    remove,
    pasteText,
    lead,
    stopConnecting,
    /** Selects nodes or notes and moves the view there; the focus stays where it is. */
    show(ids: readonly string[]): void {
      select(ids);
      view.reveal(ids);
    },
    selectAll(): void {
      const ids = idsOnCanvas(now());
      select(ids);
      say(`Selected: ${namesOf(now(), ids)}.`);
    },
    /** Goes to the next node in reading order, or to the one before. */
    step(by: 1 | -1): void {
      const order = readingOrder(now().graph).map(({ id }) => id);
      const at = order.indexOf(editing.getState().selected.at(-1) ?? '');
      const next = at === -1 ? (by === 1 ? 0 : order.length - 1) : (at + by + order.length) % order.length;
      const id = order[next];
      if (id !== undefined) go([id]);
    },
    /** What is selected, as text for the clipboard; null when nothing is. */
    copy(): string | null {
      const { selected } = editing.getState();
      if (selected.length === 0) return null;
      say(`Copied ${namesOf(now(), selected)}.`);
      return clippingOf(withPlaces(now()), selected);
    },
    duplicate(): void {
      const { selected } = editing.getState();
      if (selected.length > 0) insert('Duplicate', (document) => duplicate(document, selected));
    },
    undo(): void {
      const last = editing.getState().past.at(-1);
      if (!mayChange || !last) {
        say('There is nothing to undo.');
        return;
      }
      editing.getState().undo();
      say(`Undone: ${last.words}. Do it again with ${writeKeys('mod+shift+z')}.`);
    },
    redo(): void {
      const [next] = editing.getState().future;
      if (!mayChange || !next) {
        say('There is nothing to do again.');
        return;
      }
      editing.getState().redo();
      say(`Done again: ${next.words}. ${UNDO}`);
    },
    /** Adds a node of that kind, and selects it; gives whether that could be done. */
    add(kind: string, where: Where): boolean {
      let made: string | null = null;
      const edit = (document: PolicyDocument): Change<PolicyDocument> => {
        const result = addNode(withPlaces(document), kind, where);
        made = result.node;
        return made === null ? { ...result, drawing: document } : result;
      };
      const added = perform(`Add ${findKind(kind)?.title ?? kind}`, edit, '');
      if (added && made !== null) {
        go([made]);
        say(`Added ${nameOf(now(), made)}. ${UNDO}`, canvas.getState().said);
      }
      return added;
    },
    addNote(): void {
      let made: string | null = null;
      const edit = (document: PolicyDocument): Change<PolicyDocument> => {
        const result = addSticky(document, '', freeForNote(withPlaces(document), view.middle()));
        made = result.sticky;
        return { drawing: result.drawing, said: result.said };
      };
      if (!perform('Add a note', edit, `Added a note. ${UNDO}`) || made === null) return;
      const id = stickyOnCanvas(made);
      select([id]);
      canvas.setState({ writing: id });
    },
    /** Moves what is selected by a distance; one move after another is one step. */
    move(x: number, y: number): void {
      const { selected } = editing.getState();
      if (selected.length === 0) return;
      const edit = (document: PolicyDocument): Change<PolicyDocument> => {
        const standing = withPlaces(document);
        const places = new Map<string, Point>();
        for (const id of selected) {
          const box = boxOf(standing, [id]);
          if (box) places.set(id, { x: box.x + x, y: box.y + y });
        }
        return plain(placeNodes(standing, places));
      };
      const what = namesOf(now(), selected);
      perform(`Move ${what}`, edit, `Moved ${what}.`, `move ${selected.join(' ')}`);
    },
    /** Puts nodes and notes where they were dragged to. */
    place(places: ReadonlyMap<string, Point>): void {
      const what = namesOf(now(), [...places.keys()]);
      perform(`Move ${what}`, (document) => plain(placeNodes(withPlaces(document), places)), `Moved ${what}.`);
    },
    async tidy(): Promise<void> {
      if (!mayChange) return;
      say('Putting everything in order…');
      // What is said is drawn before the work begins.
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      const { graph, layout } = now();
      const ports = (node: Graph['nodes'][number]): string[] => (portsOf(node) ?? []).map(({ name }) => name);
      const places = await tidy(graph, layout, ports).catch(() => null);
      if (places === null) {
        say('Nothing was tidied, since a part of these pages could not be loaded. Try again in a moment.');
        return;
      }
      const changed = perform(
        'Tidy',
        (document) => plain(placeNodes(document, places)),
        `Everything is in order. ${UNDO}`,
      );
      if (!changed) say('Everything is in order already.');
      requestAnimationFrame(view.fit);
    },
    retitle(id: string, title: string): void {
      perform(
        `Rename ${nameOf(now(), id)}`,
        (document) => plain(retitle(document, id, title)),
        title === '' ? 'The title is that of its kind again.' : `Renamed to “${title}”.`,
      );
    },
    writeNote(id: string, text: string): void {
      perform('Write a note', (document) => plain(editSticky(document, id, text)), 'Changed the note.');
    },
    resizeNote(id: string, { width, height, ...at }: Box): void {
      const edit = (document: PolicyDocument): Change<PolicyDocument> =>
        plain(resizeSticky(document, id, { width, height, at }));
      perform('Resize a note', edit, 'Changed the size of the note.', `resize ${id}`);
    },
    /** Changes the size of the selected notes by a distance. */
    growNotes(x: number, y: number): void {
      const { selected } = editing.getState();
      const notes = now().layout.stickies.filter(({ id }) => selected.includes(stickyOnCanvas(id)));
      const edit = (document: PolicyDocument): Change<PolicyDocument> =>
        plain(
          notes.reduce(
            (drawing, { id, width, height }) => resizeSticky(drawing, id, { width: width + x, height: height + y }),
            document,
          ),
        );
      if (notes.length > 0) perform('Resize a note', edit, 'Changed the size of the note.', 'grow');
    },
    /** Begins to lead a port somewhere; what it cannot lead to is known from here on. */
    startConnecting(from: string, port: string, byClick: boolean): void {
      const { graph } = now();
      const refused = new Map<string, string>();
      for (const target of targetsFor(graph, from, port)) if (!target.ok) refused.set(target.node.id, target.why);
      canvas.setState({ connecting: { from, port, refused, byClick } });
      if (byClick) say(`Choose the node that ${nameOf(now(), from)} leads to from here. Escape stops.`);
    },
    openQuickAdd(where: Where, at: Point): void {
      if (mayChange) canvas.setState({ adding: { where, at } });
    },
    closeQuickAdd(): void {
      canvas.setState({ adding: null });
      view.focus();
    },
  };
}
