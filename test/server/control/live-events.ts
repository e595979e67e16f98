/** The events of the live view, as a client reads them. */
import { expect } from 'vitest';

export interface LiveEvent {
  readonly requests: number;
  readonly running: number;
  readonly recent: readonly { readonly id: string }[];
}

/** The events of a stream, as they come. */
export async function* eventsOf(answer: Response): AsyncGenerator<LiveEvent> {
  if (!answer.body) return;
  let text = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const parts = `${text}${chunk}`.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      expect(part).toMatch(/^data: \{/);
      yield JSON.parse(part.slice('data: '.length));
    }
  }
}

/** The first event that fits. */
export async function eventOf(
  events: AsyncGenerator<LiveEvent>,
  fits: (event: LiveEvent) => boolean,
): Promise<LiveEvent> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('The stream has ended.');
    if (fits(value)) return value;
  }
}
