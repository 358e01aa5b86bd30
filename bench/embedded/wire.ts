/**
 * The wire API as a client in another process meets it, with as little of a client as there can be: what is timed is
 * the server. The SDK, or fetch, would take a millisecond and more of its own for each call.
 */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** What is read of an answer; the API's own shapes are checked where they are made. */
// biome-ignore lint/suspicious/noExplicitAny: an answer is foreign JSON, read field by field
export type Reply = any;

export interface Wire {
  /** The answer, and how many milliseconds it took until all of it was there. */
  timed(operation: string, input: object): Promise<{ readonly reply: Reply; readonly milliseconds: number }>;
  call(operation: string, input: object): Promise<Reply>;
  close(): void;
}

export function wireTo(url: string): Wire {
  const agent = new Agent({ keepAlive: true });
  const timed: Wire["timed"] = async (operation, input) => {
    const body = JSON.stringify(input);
    const headers = {
      "content-type": "application/x-amz-json-1.0",
      "content-length": Buffer.byteLength(body),
      "x-amz-target": `AWSStepFunctions.${operation}`,
    };
    const begun = performance.now();
    const sent = request(url, { agent, method: "POST", headers }).end(body);
    const [answer]: readonly IncomingMessage[] = await once(sent, "response");
    if (!answer) throw new Error(`${operation} was not answered`);
    const content = await text(answer);
    const milliseconds = performance.now() - begun;
    if (answer.statusCode !== 200) throw new Error(`${operation}: ${content}`);
    return { reply: JSON.parse(content), milliseconds };
  };
  return {
    timed,
    call: async (operation, input) => (await timed(operation, input)).reply,
    close: () => agent.destroy(),
  };
}
