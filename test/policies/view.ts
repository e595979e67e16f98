import { EMPTY_VIEW, type RequestView } from '../../policies/request.ts';

/** A request of one user message, with what the test says differently. */
export function viewOf(different: Partial<RequestView> & { readonly text?: string }): RequestView {
  const { text = 'hello', ...rest } = different;
  return {
    ...EMPTY_VIEW,
    model: 'sandbox/small',
    slots: [{ path: ['messages', 0, 'content'], role: 'user', purpose: 'message', message: 0, text }],
    messages: 1,
    turns: 1,
    ...rest,
  };
}
