/** Whole lists of the API, page after page. */
import type { Client, Reply } from "./client.ts";

export function machinesOf(client: Client): Promise<Reply[]> {
  return listAll(client, "ListStateMachines", {}, "stateMachines");
}

/** The service's most for one page. */
const pageSize = 1_000;

export async function listAll(
  client: Client,
  operation: string,
  input: object,
  field: string,
  limit = Number.POSITIVE_INFINITY,
): Promise<Reply[]> {
  const all: Reply[] = [];
  for (let nextToken: string | undefined; ; ) {
    const maxResults = Math.min(pageSize, limit - all.length);
    const page = await client.call(operation, { ...input, maxResults, ...(nextToken ? { nextToken } : {}) });
    all.push(...page[field]);
    nextToken = page.nextToken;
    if (!nextToken || all.length >= limit) return all;
  }
}
