/** What a model used, as it is stored and sent: what was written before a kind of token was told apart has none of it. */
import { z } from 'zod';

const tokens = z.int().min(0);
const toldApart = tokens.default(0);

export const usageSchema = z.object({
  inputTokens: tokens,
  cachedInputTokens: tokens.meta({ description: 'A part of the input, as are the other input tokens.' }),
  cachedAudioTokens: toldApart.meta({ description: 'A part of the cached input.' }),
  cacheWriteTokens: tokens,
  cacheWriteHourTokens: toldApart.meta({ description: 'A part of the cache writes: kept for an hour.' }),
  audioInputTokens: toldApart.meta({ description: 'Sound that came from no cache.' }),
  imageInputTokens: toldApart.meta({ description: 'Images that came from no cache.' }),
  outputTokens: tokens,
  reasoningTokens: tokens.meta({ description: 'A part of the output.' }),
  audioOutputTokens: toldApart.meta({ description: 'A part of the output.' }),
});
