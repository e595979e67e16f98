/** Chat completions carried over to models of other vendors. */
import { ChatEvents, wholeAnswer } from '../providers/translate/chat-answer.ts';
import { readChatBody } from '../providers/translate/chat-body.ts';
import { toCall } from '../providers/translate/chat-to-call.ts';
import type { Translation } from './translation.ts';

export const chatTranslation: Translation = {
  call(bytes) {
    const body = readChatBody(bytes);
    const { reasoning_effort: effort } = body;
    return {
      options: toCall(body),
      reasoning: effort ? { effort } : null,
      user: body.safety_identifier ?? body.user ?? null,
      parallelTools: body.parallel_tool_calls !== false,
    };
  },
  whole: wholeAnswer,
  events: (model, created) => new ChatEvents(model, created),
};
