/** Requests as the tests make them: an operation of the wire protocol or a REST path, straight to the handler. */
export type Handler = (request: Request) => Promise<Response>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into answers of every operation
  readonly body: any;
}

export async function wire(
  handler: Handler,
  operation: string,
  input: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const request = new Request("http://localhost/", {
    method: "POST",
    headers: {
      "x-amz-target": `AWSStepFunctions.${operation}`,
      "content-type": "application/x-amz-json-1.0",
      ...headers,
    },
    body: typeof input === "string" ? input : JSON.stringify(input),
  });
  return await read(await handler(request));
}

export async function rest(handler: Handler, line: string, body?: unknown): Promise<Answered> {
  const [method = "GET", path = "/"] = line.split(" ");
  const json = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  return await read(await handler(new Request(`http://localhost${path}`, { method, headers, ...json })));
}

async function read(response: Response): Promise<Answered> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** `Name: text`, as the service says it; or the status of an answer that is no refusal. */
export function refusal({ status, body }: Answered): string {
  return status < 400 ? `${status}` : `${String(body.__type).split("#")[1]}: ${body.message}`;
}

export const pass = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
export const wait = JSON.stringify({ StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } });
export const callback = JSON.stringify({
  StartAt: "T",
  States: {
    T: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
      End: true,
    },
  },
});

export const role = "arn:aws:iam::000000000000:role/test";
export const arnOf = (name: string): string => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
export const executionOf = (name: string): string => `arn:aws:states:us-east-1:000000000000:execution:${name}`;
