/**
 * Files in the shapes in which OpenAI and Anthropic export usage and cost. All of them were made by hand for these tests:
 * the names of columns are the vendors', every value is made up.
 */

/** OpenAI's usage of completions, a line for each day and model; days in UTC, as seconds since 1970 and in ISO 8601. */
export const OPENAI_USAGE = `start_time,end_time,start_time_iso,end_time_iso,num_model_requests,project_id,user_id,api_key_id,model,batch,input_tokens,output_tokens,input_cached_tokens,input_audio_tokens,output_audio_tokens
1792800000,1792886400,2026-10-24T00:00:00+00:00,2026-10-25T00:00:00+00:00,3,proj_made_up,,,gpt-5-2025-08-07,False,3000,300,1000,0,0
1792886400,1792972800,2026-10-25T00:00:00+00:00,2026-10-26T00:00:00+00:00,2,proj_made_up,,,gpt-5-2025-08-07,False,2000,200,0,0,0
1792886400,1792972800,2026-10-25T00:00:00+00:00,2026-10-26T00:00:00+00:00,1,proj_made_up,,,gpt-4o-2024-08-06,False,700,70,0,0,0
1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,9,proj_made_up,,,gpt-5-2025-08-07,False,9000,900,0,0,0
`;

/** OpenAI's costs, a line for each day and part of a model's price, after a byte order mark and with columns in another order. */
export const OPENAI_COST = `\uFEFF"Amount_Value","Amount_Currency","Line_Item","Start_Time","End_Time","Project_Name"
"0.0015000","usd","gpt-5-2025-08-07, input","1792800000","1792886400","made, up"
"1.5e-03","usd","gpt-5-2025-08-07, output","1792800000","1792886400","made, up"
"0.002","usd","gpt-5-2025-08-07, input","1792886400","1792972800","made ""up"""
`;

/** Anthropic's usage of the console, where input that came from no cache, and what caches took, stand apart. */
export const ANTHROPIC_USAGE = `usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count
2026-10-24,claude-sonnet-4-5-20250929,made-up-key,Default,standard,≤ 200k,500,100,50,350,120,0
2026-10-25,claude-sonnet-4-5-20250929,made-up-key,Default,standard,≤ 200k,1000,0,0,0,80,0
`;

/** Anthropic's costs of the console. */
export const ANTHROPIC_COST = `usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type
2026-10-24,claude-sonnet-4-5-20250929,Default,made-up-key,standard,≤ 200k,uncached_input,0.003,token
2026-10-24,claude-sonnet-4-5-20250929,Default,made-up-key,standard,≤ 200k,output,0.001,token
`;

/** Costs in cents, days as ranges, semicolons, and a title before the head. */
export const CENTS = `Usage of October
Period;Model name;Cost (cents);Requests
2026-10-24 - 2026-10-25;gpt-5;12.5;"1,000"
2026-10-24T22:30:00-04:00 / 2026-10-25T22:30:00-04:00;gpt-5;7,000.25;1

`;
