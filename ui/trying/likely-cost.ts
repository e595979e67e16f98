/** What a request is likely to cost, by how long the answers of its model have been. */
import { type ChatBody, viewOfChat } from '../../policies/chat.ts';
import type { Price } from '../../policies/model.ts';
import { costOf, estimateInputTokens } from '../../policies/price.ts';
import { NO_USAGE } from '../../policies/request.ts';

/**
 * The likely cost in nano-dollars: tokens of the request are estimated from its length, those of each answer are
 * `answerTokens` or the app's own limit. Never more than `most`, the bound of the simulation.
 */
export function likelyCost(body: ChatBody, price: Price, answerTokens: number, most: number): number {
  const view = viewOfChat(body);
  const perAnswer = Math.min(Math.round(answerTokens), view.maxOutputTokens ?? Number.POSITIVE_INFINITY);
  const usage = { ...NO_USAGE, inputTokens: estimateInputTokens(view), outputTokens: perAnswer * view.choices };
  return Math.min(costOf(usage, price), most);
}
