import type { RequestView } from '../../policies/request.ts';

/** A request of one user message, with what the test says differently. */
export function viewOf(different: Partial<RequestView> & { readonly text?: string }): RequestView {
  const { text = 'hello', ...rest } = different;
  return {
    endpoint: 'chat.completions',
    model: 'sandbox/small',
    stream: false,
    slots: [{ path: ['messages', 0, 'content'], role: 'user', purpose: 'message', message: 0, text }],
    messages: 1,
    turns: 1,
    toolNames: [],
    images: 0,
    audio: 0,
    files: 0,
    needs: { tools: false, images: false, audio: false, files: false, jsonSchema: false },
    maxOutputTokens: null,
    choices: 1,
    otherBytes: 0,
    unbounded: [],
    ...rest,
  };
}
