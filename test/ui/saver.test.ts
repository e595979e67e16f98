import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../ui/api/client.ts';
import type { Draft } from '../../ui/api/drafts.ts';
import { createEditing, type PolicyDocument } from '../../ui/editing/document.ts';
import { keptOf, type Shelf } from '../../ui/editing/kept.ts';
import { createSaver } from '../../ui/editing/saver.ts';

const POLICY = 'pol_1';

function titled(title: string): PolicyDocument {
  return {
    graph: { schema: 1, nodes: [{ id: 'enter', kind: 'request', title, settings: {} }], edges: [] },
    layout: { positions: {}, stickies: [] },
    tests: [],
  };
}

const draftOf = ({ graph, layout, tests }: PolicyDocument, revision: number): Draft => ({
  graph,
  layout,
  tests: [...tests],
  revision,
  owner: 'per_1',
  updatedAt: 1,
});

function emptyShelf(): Shelf {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

/** A server with one draft, that can be away or be saved to by others. */
function openEditor() {
  const saved = titled('first');
  const editing = createEditing(saved);
  const shelf = emptyShelf();
  const server = { draft: draftOf(saved, 1), failure: null as ApiError | null, saves: 0, loseAnswer: false };
  const save = async (sent: PolicyDocument & { revision: number }): Promise<Draft> => {
    server.saves++;
    if (server.failure) throw server.failure;
    if (sent.revision !== server.draft.revision)
      throw new ApiError('conflict', 'Someone else.', 409, { current: server.draft });
    server.draft = draftOf(sent, sent.revision + 1);
    if (server.loseAnswer) throw new ApiError('unreachable', 'Gone.', 0);
    return server.draft;
  };
  const saver = createSaver({ editing, policy: POLICY, saved, revision: 1, save, shelf });
  saver.open();
  const draw = (title: string) => editing.getState().change('Draw', () => titled(title));
  const title = () => editing.getState().document.graph.nodes[0]?.title;
  return { editing, shelf, server, saver, draw, title, phase: () => saver.phase.getState().name };
}

describe('a draft that saves itself', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is saved once after a pause, with the revision that it started from', async () => {
    const { server, draw, phase } = openEditor();
    draw('a');
    await vi.advanceTimersByTimeAsync(1000);
    draw('b');
    expect(phase()).toBe('unsaved');
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.saves).toBe(0);
    await vi.advanceTimersByTimeAsync(500);
    expect(server).toMatchObject({ saves: 1, draft: { revision: 2, graph: { nodes: [{ title: 'b' }] } } });
    expect(phase()).toBe('saved');
  });

  it('is saved in between while someone draws without a pause', async () => {
    const { server, draw } = openEditor();
    for (let i = 0; i < 12; i++) {
      draw(String(i));
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(server.saves).toBeGreaterThan(0);
  });

  it('is kept in the browser while the server is away, and saved when it is back', async () => {
    const { server, shelf, draw, phase } = openEditor();
    server.failure = new ApiError('unreachable', 'Gone.', 0);
    draw('a');
    await vi.advanceTimersByTimeAsync(1500);
    expect(phase()).toBe('offline');
    draw('b');
    expect(keptOf(shelf, POLICY)).toMatchObject({ revision: 1, document: titled('b') });
    server.failure = null;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(phase()).toBe('saved');
    expect(server.draft.graph.nodes[0]?.title).toBe('b');
    expect(keptOf(shelf, POLICY)).toBeNull();
  });

  it('waits for the person to sign in again', async () => {
    const { server, saver, draw, phase } = openEditor();
    server.failure = new ApiError('unauthenticated', 'Sign in.', 401);
    draw('a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phase()).toBe('signed out');
    expect(server.saves).toBe(1);
    server.failure = null;
    saver.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(phase()).toBe('saved');
  });

  it('never saves over what someone else has saved, until it is said whose is kept', async () => {
    const { server, saver, draw, phase } = openEditor();
    server.draft = draftOf(titled('theirs'), 2);
    draw('mine');
    await vi.advanceTimersByTimeAsync(1500);
    draw('mine again');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phase()).toBe('conflict');
    expect(server.draft.graph.nodes[0]?.title).toBe('theirs');
    saver.keepMine(server.draft);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.draft).toMatchObject({ revision: 3, graph: { nodes: [{ title: 'mine again' }] } });
    expect(phase()).toBe('saved');
  });

  it('goes on from theirs when that is chosen, and undo brings mine back', async () => {
    const { server, saver, editing, draw, title, phase } = openEditor();
    server.draft = draftOf(titled('theirs'), 2);
    draw('mine');
    await vi.advanceTimersByTimeAsync(1500);
    saver.takeTheirs(server.draft);
    expect(title()).toBe('theirs');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.saves).toBe(1);
    editing.getState().undo();
    await vi.advanceTimersByTimeAsync(1500);
    expect(server.draft).toMatchObject({ revision: 3, graph: { nodes: [{ title: 'mine' }] } });
    expect(phase()).toBe('saved');
  });

  it('does not take a save of its own, whose answer was lost, for someone else’s', async () => {
    const { server, draw, phase } = openEditor();
    server.loseAnswer = true;
    draw('a');
    await vi.advanceTimersByTimeAsync(1500);
    expect(phase()).toBe('offline');
    server.loseAnswer = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(phase()).toBe('saved');
    draw('b');
    await vi.advanceTimersByTimeAsync(1500);
    expect(server.draft).toMatchObject({ revision: 3, graph: { nodes: [{ title: 'b' }] } });
  });

  it('saves at once when it is asked for, and says in words when it cannot', async () => {
    const { server, saver, draw } = openEditor();
    draw('a');
    expect(await saver.flush()).toBe(2);
    draw('b');
    server.failure = new ApiError('policy_archived', 'This policy is archived.', 409);
    await expect(saver.flush()).rejects.toThrow(/kept in this browser/);
  });

  it('saves what is left when the editor is closed', async () => {
    const { server, saver, draw } = openEditor();
    draw('a');
    await saver.close();
    expect(server.draft.graph.nodes[0]?.title).toBe('a');
  });
});

describe('undo', () => {
  it('takes changes of one kind that follow each other as one step, until they are settled', () => {
    const editing = createEditing(titled('first'));
    const { change, settle, undo, redo } = editing.getState();
    const title = () => editing.getState().document.graph.nodes[0]?.title;
    change('Rename', () => titled('f'), 'title');
    change('Rename', () => titled('fi'), 'title');
    settle();
    change('Rename', () => titled('x'), 'title');
    undo();
    expect(title()).toBe('fi');
    undo();
    expect(title()).toBe('first');
    redo();
    redo();
    expect(title()).toBe('x');
    expect(editing.getState().future).toEqual([]);
  });

  it('is no step where nothing was changed, and forgets what was undone when something else is done', () => {
    const editing = createEditing(titled('first'));
    const { change, undo } = editing.getState();
    change('Nothing', (document) => document);
    expect(editing.getState().past).toHaveLength(0);
    change('Draw', () => titled('a'));
    undo();
    change('Draw', () => titled('b'));
    expect(editing.getState().future).toEqual([]);
  });

  it('lets go of the selection of what is not there any more', () => {
    const editing = createEditing(titled('first'));
    editing.getState().select(['enter', 'gone']);
    editing.getState().change('Draw', () => titled('a'));
    expect(editing.getState().selected).toEqual(['enter']);
  });
});
