/** Requests that are there to be tried: what policies tell from each other, one of each. */
import type { ChatBody } from '../../policies/chat.ts';
import type { Model } from '../../policies/model.ts';

export interface ReadyTrial {
  readonly id: string;
  readonly name: string;
  readonly body: Pick<ChatBody, 'messages' | 'tools'>;
}

const asks = (content: string): ChatBody['messages'] => [{ role: 'user', content }];

const LONG_PART =
  'The committee met again and went through the report of the year page by page. It noted that the harbour had taken ' +
  'in more ships than in the year before, that the cranes on the northern quay need to be replaced within three years, ' +
  'and that the railway to the terminal was closed on eleven days, most of them in winter. ';

export const READY_TRIALS: readonly ReadyTrial[] = [
  {
    id: 'simple',
    name: 'A simple question',
    body: { messages: asks('What is the capital of Australia?') },
  },
  {
    id: 'hard',
    name: 'A hard question',
    body: {
      messages: asks(
        'Design a data structure that supports inserting, deleting and finding the median of a stream of numbers, each in ' +
          'logarithmic time. Prove that it is correct, analyse the worst case step by step, compare it with two ' +
          'alternatives, and write the complete implementation in TypeScript with tests for the edge cases.',
      ),
    },
  },
  {
    id: 'personal',
    name: 'A question with personal data',
    body: {
      messages: asks(
        'Write a short reply to Grace (grace.hopper@example.com, +1 212 555 0142): her refund goes to the account ' +
          'DE89 3704 0044 0532 0130 00 this week.',
      ),
    },
  },
  {
    id: 'tools',
    name: 'A question with tools',
    body: {
      messages: asks('Where is my order 4711?'),
      tools: [
        {
          type: 'function',
          function: {
            name: 'find_order',
            description: 'Finds an order by its number.',
            parameters: { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] },
          },
        },
      ],
    },
  },
  {
    id: 'long',
    name: 'A long text to be summed up',
    body: { messages: asks(`Sum up the following report in five sentences.\n\n${LONG_PART.repeat(100).trim()}`) },
  },
];

/** The model that these ask for: the dearest of the house, so that it shows what a policy saves. */
export function modelToAskFor(models: readonly Model[]): string {
  const price = (model: Model): number => model.price?.[0].output ?? -1;
  return models.reduce<Model | null>((best, one) => (best && price(best) >= price(one) ? best : one), null)?.id ?? '';
}
