/** Comments on nodes of a draft and on requests for approval. */
import { describe, expect, it } from 'vitest';
import { commentAnswers } from '../../../server/store/migrations/comment-answers.ts';
import { type Guest, newGuest } from '../access/people.ts';
import { asked, draftOf, drawn, entries, house, ONE, openTeam, team } from './approval-team.ts';
import { dialects, LAYOUT, modelGraph } from './house.ts';

describe.each(dialects)('comments on %s', (dialect) => {
  openTeam(dialect);

  it('come with comments on nodes and on requests, which stay when a node is gone', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, ONE);
    const markup = '<b>Why</b> this model? <script>alert(1)</script>';
    const onNode = await one.send('POST', `/policies/${policy}/comments`, { node: 'no', text: markup });
    expect(onNode.body).toMatchObject({ node: 'no', nodeTitle: 'No', text: markup, author: one.id, resolvedAt: null });
    const nowhere = await one.send('POST', `/policies/${policy}/comments`, { node: 'nowhere', text: 'Hm' });
    expect(nowhere.status).toBe(404);
    const viewer = await newGuest(house);
    const byViewer = await viewer.send('POST', `/policies/${policy}/comments`, { node: 'no', text: 'Me too' });
    expect(byViewer.body.error.code).toBe('not_allowed');
    expect((await viewer.send('GET', `/policies/${policy}/comments`)).body.comments).toHaveLength(1);

    const request = await asked(house, author, policy);
    const said = await one.send('POST', `/approvals/${request.id}/comments`, { text: 'Is it tested?' });
    expect(said.body).toMatchObject({ request: request.id, node: null });
    expect((await house.ask('GET', `/approvals/${request.id}`)).body.comments).toEqual([said.body]);
    const [entry] = await entries(house, `objectId=${request.id}&action=comment.add`);
    expect(JSON.stringify(entry)).not.toContain('tested');

    const { revision } = await draftOf(house, policy);
    const graph = modelGraph();
    const without = { ...graph, nodes: graph.nodes.filter(({ id }) => id !== 'no'), edges: graph.edges.slice(0, 1) };
    await author.send('PUT', `/policies/${policy}/draft`, { graph: without, layout: LAYOUT, revision });
    const { comments } = (await author.send('GET', `/policies/${policy}/comments`)).body;
    expect(comments).toMatchObject([{ node: 'no', nodeTitle: 'No' }]);
    const resolve = () => author.send('POST', `/comments/${onNode.body.id}/resolve`);
    const settled = await Promise.all([resolve(), resolve()]);
    expect(settled.map(({ status }) => status).sort()).toEqual([200, 422]);
    const [resolved] = await entries(house, `objectId=${policy}&action=comment.resolve`);
    expect(resolved).toMatchObject({ actor: author.id, after: { comment: onNode.body.id, settled: true } });
  });

  it('are answered one level deep, and settled with their answers by anybody who may comment', async () => {
    const { author, one, two } = team;
    const policy = await drawn(house, author, ONE);
    const viewer = await newGuest(house);
    const why = (await one.send('POST', `/policies/${policy}/comments`, { node: 'no', text: 'Why?' })).body;
    const answer = (who: Guest, id: string) => who.send('POST', `/comments/${id}/answers`, { text: 'Because' });
    const answered = await answer(author, why.id);
    expect(answered).toMatchObject({
      status: 201,
      body: { policy, node: 'no', nodeTitle: 'No', answerTo: why.id, text: 'Because', author: author.id },
    });
    const [entry] = await entries(house, `objectId=${policy}&action=comment.add`);
    expect(entry.after).toMatchObject({ comment: answered.body.id, answerTo: why.id, text: expect.any(String) });
    expect(JSON.stringify(entry)).not.toContain('Because');

    expect((await answer(viewer, why.id)).body.error.code).toBe('not_allowed');
    expect((await answer(one, answered.body.id)).body.error.message).toContain('This is an answer itself');
    expect((await answer(one, 'cmt_nobody')).status).toBe(404);
    const resolve = (id: string) => two.send('POST', `/comments/${id}/resolve`);
    expect((await resolve(answered.body.id)).body.error.message).toContain('This is an answer itself');
    expect((await resolve(why.id)).body).toMatchObject({ resolvedBy: two.id });
    expect((await answer(author, why.id)).body.error.message).toContain('settled already');
    const { comments } = (await viewer.send('GET', `/policies/${policy}/comments`)).body;
    expect(comments.map(({ id }: { id: string }) => id)).toEqual([why.id, answered.body.id]);
  });

  it('are opened again by anybody who may settle them, which the history says and so does the thread', async () => {
    const { author, one, two } = team;
    const policy = await drawn(house, author, ONE);
    const viewer = await newGuest(house);
    const { id: request } = await asked(house, author, policy);
    const onNode = (await one.send('POST', `/policies/${policy}/comments`, { node: 'no', text: 'Why?' })).body;
    const onRequest = (await one.send('POST', `/approvals/${request}/comments`, { text: 'Is it tested?' })).body;
    for (const [comment, path, about] of [
      [onNode, `/policies/${policy}/comments`, policy],
      [onRequest, `/approvals/${request}`, request],
    ] as const) {
      const reopen = (who: Guest, id = comment.id) => who.send('POST', `/comments/${id}/reopen`);
      const { body: answered } = await author.send('POST', `/comments/${comment.id}/answers`, { text: 'Because' });
      expect((await reopen(two)).body.error.message).toContain('This comment is open');
      await two.send('POST', `/comments/${comment.id}/resolve`);
      expect((await reopen(viewer)).body.error.code).toBe('not_allowed');
      expect((await reopen(two, answered.id)).body.error.message).toContain('This is an answer itself');
      expect((await reopen(two, 'cmt_nobody')).status).toBe(404);
      const both = await Promise.all([reopen(author), reopen(author)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
      const [entry, ...others] = await entries(house, `objectId=${about}&action=comment.reopen`);
      expect(entry).toMatchObject({
        actor: author.id,
        before: { comment: comment.id, settled: true },
        after: { comment: comment.id, policy, settled: false },
      });
      expect(others).toEqual([]);
      const told = async () =>
        (await viewer.send('GET', path)).body.comments.find(({ id }: { id: string }) => id === comment.id);
      const open = { resolvedBy: null, resolvedAt: null, reopenedBy: author.id, reopenedAt: entry.at };
      expect(await told()).toMatchObject(open);
      expect((await author.send('POST', `/comments/${comment.id}/answers`, { text: 'And' })).status).toBe(201);
      // Settled and opened once more: who did it last is said.
      expect((await two.send('POST', `/comments/${comment.id}/resolve`)).body).toMatchObject({ resolvedBy: two.id });
      expect((await reopen(one)).body).toMatchObject({ resolvedBy: null, reopenedBy: one.id });
      expect(await told()).toMatchObject({ reopenedBy: one.id });
    }
    expect((await house.ask('GET', '/history/verification')).body).toMatchObject({ ok: true });
  });

  it('are counted for a request until they are settled: its own, and those on the draft while it is open', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, ONE);
    const say = async (path: string, body: object) => (await one.send('POST', path, body)).body.id;
    const onNode = await say(`/policies/${policy}/comments`, { node: 'no', text: 'Why?' });
    const { id } = await asked(house, author, policy);
    const onRequest = await say(`/approvals/${id}/comments`, { text: 'Is it tested?' });
    await say(`/comments/${onRequest}/answers`, { text: 'By whom?' });
    const open = async () => {
      const { requests } = (await house.ask('GET', `/approvals?policy=${policy}`)).body;
      return requests[0].openComments;
    };
    expect(await open()).toBe(2);
    await author.send('POST', `/comments/${onNode}/resolve`);
    expect(await open()).toBe(1);
    await say(`/policies/${policy}/comments`, { node: 'small', text: 'And this?' });
    expect(await open()).toBe(2);
    await author.send('POST', `/approvals/${id}/withdraw`, { reason: 'Not yet' });
    expect(await open()).toBe(1);
    await one.send('POST', `/comments/${onRequest}/resolve`);
    expect(await open()).toBe(0);
    await one.send('POST', `/comments/${onRequest}/reopen`);
    expect(await open()).toBe(1);
  });

  it('of before there were answers stay, and answer nothing', async () => {
    const { author, one } = team;
    const policy = await drawn(house, author, ONE);
    await one.send('POST', `/policies/${policy}/comments`, { node: 'no', text: 'Said long ago' });
    const { control } = house.database;
    await commentAnswers.down(control);
    expect(Object.keys(await control('comments').columnInfo())).not.toContain('answer_to');
    await commentAnswers.up(control);
    const { comments } = (await author.send('GET', `/policies/${policy}/comments`)).body;
    expect(comments).toMatchObject([{ text: 'Said long ago', answerTo: null, author: one.id }]);
  });
});
